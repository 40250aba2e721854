import { Worker } from 'node:worker_threads'
import { UnavailableError } from '../../infra/errors.ts'
import type { Workspace } from '../../models/linalg/workspace.ts'
import type { Bitmap } from '../../models/ranking/bitmap.ts'
import type { Scan } from '../../models/ranking/scan.ts'
import type { Scorer } from '../../models/ranking/scorer.ts'
import type { Scored } from '../../models/ranking/selection.ts'
import type { ScanRequest } from './scan.worker.ts'

/** Searches that wait for a thread: each keeps a bitmap of all items. */
const MAX_QUEUED = 1_000
/** Whoever asked for a search that has waited so long has given up, or is about to. */
const MAX_WAIT_MS = 5_000

interface Task {
  readonly scorer: Scorer
  readonly user: Float32Array
  readonly k: number
  readonly hidden: Bitmap
  readonly queuedAt: number
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
  /**
   * `scorer.topK` on another thread; on this one where there is none.
   * @throws UnavailableError when too many wait for a thread, or this one did for too long: then it was not run
   */
  topK(scorer: Scorer, user: Float32Array, k: number, hidden: Bitmap): Promise<Scored[]>
  /**
   * Threads let go of this memory when they have done what they were asked for: `then` is called, at once if they have. A request
   * that failed may have left searches of it behind; none may be asked for any more.
   */
  forget(workspace: Workspace, then: () => void): void
  /** Threads end when what was asked for is done; whoever asks later is answered on this thread. */
  close(): Promise<void>
}

interface Limits {
  readonly maxQueued?: number
  readonly maxWaitMs?: number
}

/** @param size how many threads at most */
export function createScanPool(
  size: number,
  { maxQueued = MAX_QUEUED, maxWaitMs = MAX_WAIT_MS }: Limits = {},
): ScanPool {
  const threads = new Set<Thread>()
  const queue: Task[] = []
  /** What is to be done when a memory that was forgotten is no longer searched. */
  const leaving = new Map<WebAssembly.Memory, () => void>()
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
      while (!thread.task) {
        const task = nextTask()
        if (!task) break
        try {
          run(thread, task)
        } catch (error) {
          // There was no room to prepare it.
          task.fail(error)
        }
      }
    }
    for (const memory of leaving.keys()) leave(memory)
    if (isClosing && busy() === 0) void end()
  }

  /** The one that has waited longest, but not too long. */
  function nextTask(): Task | undefined {
    for (;;) {
      const task = queue.shift()
      if (!task || performance.now() - task.queuedAt <= maxWaitMs) return task
      task.fail(
        new UnavailableError(`A search waited ${maxWaitMs / 1000} s for a thread and was not run. ${ASK_LATER}`),
      )
    }
  }

  function leave(memory: WebAssembly.Memory): void {
    const isSearched = (task: Task | undefined): boolean => task?.scorer.workspace.memory === memory
    if (queue.some(isSearched) || [...threads].some(({ task }) => isSearched(task))) return
    for (const thread of threads) {
      if (thread.memory !== memory) continue
      thread.memory = undefined
      thread.worker.postMessage({} satisfies ScanRequest)
    }
    const then = leaving.get(memory)
    leaving.delete(memory)
    then?.()
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
      if (queue.length >= maxQueued)
        return Promise.reject(new UnavailableError(`${maxQueued} searches wait for a thread already. ${ASK_LATER}`))
      return new Promise((answer, fail) => {
        queue.push({ scorer, user, k, hidden, queuedAt: performance.now(), answer, fail })
        advance()
      })
    },
    forget({ memory }, then) {
      leaving.set(memory, then)
      leave(memory)
    },
    close() {
      isClosing = true
      advance()
      return closed
    },
  }
}

/** Ends what an overload refuses. */
const ASK_LATER = 'More is asked for than can be searched; ask again later.'

function answerHere({ scorer, user, k, hidden, answer, fail }: Task): void {
  try {
    answer(scorer.topK(user, k, hidden))
  } catch (error) {
    fail(error)
  }
}
