import { Worker } from 'node:worker_threads'
import type { Trained, TrainingJob, TrainingMessage } from './training.worker.ts'

/** What a thread says before it is done. */
export type ThreadProgress = Exclude<TrainingMessage, Trained>

/**
 * Trains in a thread of its own, after a search if the job has one.
 *
 * @param job    its arrays are moved to the thread, not copied: the problem is most of a rebuild's memory
 * @param signal ends the thread at once, in the middle of whatever it does
 * @returns      undefined when a search found nothing better
 * @throws what the training throws; the signal's reason
 */
export function trainInThread(
  job: TrainingJob,
  onProgress: (progress: ThreadProgress) => void,
  signal: AbortSignal,
): Promise<Trained | undefined> {
  return new Promise((resolve, reject) => {
    // It may have come while nobody listened: between reading and training.
    signal.throwIfAborted()
    const worker = new Worker(new URL('./training.worker.ts', import.meta.url), {
      workerData: job,
      transferList: buffersOf(job),
      // Its garbage is short-lived and plentiful: a small nursery costs nothing and keeps the process small.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    })
    const stop = (): void => {
      reject(signal.reason)
      void worker.terminate()
    }
    signal.addEventListener('abort', stop, { once: true })
    worker.on('message', (message: TrainingMessage) => ('training' in message ? resolve(message) : onProgress(message)))
    worker.on('error', reject)
    worker.on('exit', (code) => {
      signal.removeEventListener('abort', stop)
      if (code === 0 && job.tuning !== undefined) resolve(undefined)
      else reject(new Error('the training thread ended without a result'))
    })
  })
}

function buffersOf({ gathered, live }: TrainingJob): ArrayBuffer[] {
  const { blocks, ends, heldOut, sample, measured } = gathered
  const arrays = [
    ...[...blocks, ends, heldOut.users, heldOut.items, heldOut.orders, sample.users],
    ...[measured.starts, measured.items, measured.values, live?.items.factors.data, live?.items.gramian],
  ]
  return [...new Set(arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : [])))]
}
