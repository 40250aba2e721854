import { Worker } from 'node:worker_threads'
import type { Workspace } from '../../models/linalg/workspace.ts'
import type { Bitmap } from '../../models/ranking/bitmap.ts'
import type { Scan } from '../../models/ranking/scan.ts'
import type { Scorer } from '../../models/ranking/scorer.ts'
import type { Scored } from '../../models/ranking/selection.ts'
import type { ScanRequest } from './scan.worker.ts'

interface Task {
  readonly scorer: Scorer
  readonly user: Float32Array
  readonly k: number
  readonly hidden: Bitmap
  readonly answer: (best: Scored[]) => void
  readonly fail: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  /** What it works on. */
  task: Task | undefined
  /** What it has open: the memory of one or several scorers. */
  memory: WebAssembly.Memory | undefined
  readonly scans: WeakMap<Scorer, Scan>
}

/** Threads for searches that would hold up the event loop. They start when there is something to do. */
export interface ScanPool {
  /** `scorer.topK` on another thread; on this one where there is none. */
  topK(scorer: Scorer, user: Float32Array, k: number, hidden: Bitmap): Promise<Scored[]>
  /** Threads let go of this memory when they have done what they were asked for. */
  forget(workspace: Workspace): void
  /** Threads end when what was asked for is done; whoever asks later is answered on this thread. */
  close(): Promise<void>
}

/** @param size how many threads at most */
export function createScanPool(size: number): ScanPool {
  const threads = new Set<Thread>()
  const queue: Task[] = []
  const { promise: closed, resolve: finishClosing } = Promise.withResolvers<void>()
  let isClosing = false

  function start(): void {
    const worker = new Worker(new URL('./scan.worker.ts', import.meta.url))
    const thread: Thread = { worker, task: undefined, memory: undefined, scans: new WeakMap() }
    threads.add(thread)
    worker.on('message', (found: number) => {
      const { task } = thread
      thread.task = undefined
      worker.unref()
      if (task) task.answer(scanOf(thread, task.scorer).take(found))
      advance()
    })
    // What a thread that failed was working on is done here; another one takes its place when there is more.
    worker.on('error', () => {
      threads.delete(thread)
      if (thread.task) answerHere(thread.task)
      advance()
    })
    // Only one that works keeps the process alive.
    worker.unref()
  }

  function scanOf({ scans }: Thread, scorer: Scorer): Scan {
    const scan = scans.get(scorer) ?? scorer.openScan()
    scans.set(scorer, scan)
    return scan
  }

  function advance(): void {
    if (queue.length > threads.size - busy() && threads.size < size) start()
    for (const thread of threads) {
      if (thread.task) continue
      const task = queue.shift()
      try {
        if (task) run(thread, task)
      } catch (error) {
        // There was no room to prepare it.
        task?.fail(error)
      }
    }
    if (isClosing && busy() === 0) void end()
  }

  const busy = (): number => [...threads].filter(({ task }) => task).length

  function run(thread: Thread, task: Task): void {
    const { scorer, user, k, hidden } = task
    const job = scanOf(thread, scorer).prepare(user, Math.min(k, scorer.rows), hidden)
    const { memory } = scorer.workspace
    const request: ScanRequest = thread.memory === memory ? { job } : { memory, job }
    thread.task = task
    thread.memory = memory
    thread.worker.ref()
    thread.worker.postMessage(request)
  }

  async function end(): Promise<void> {
    await Promise.all([...threads].map(({ worker }) => worker.terminate()))
    finishClosing()
  }

  return {
    topK(scorer, user, k, hidden) {
      if (isClosing || k <= 0 || scorer.rows === 0) return Promise.resolve(scorer.topK(user, k, hidden))
      return new Promise((answer, fail) => {
        queue.push({ scorer, user, k, hidden, answer, fail })
        advance()
      })
    },
    forget({ memory }) {
      for (const thread of threads) {
        if (thread.memory !== memory) continue
        thread.memory = undefined
        thread.worker.postMessage({} satisfies ScanRequest)
      }
    },
    close() {
      isClosing = true
      advance()
      return closed
    },
  }
}

function answerHere({ scorer, user, k, hidden, answer }: Task): void {
  answer(scorer.topK(user, k, hidden))
}
