import { type Address, openKernels, type Workspace } from './workspace.ts'

/** Kernels that share out their work among threads: each call takes a chunk, and answers 0 when none is left. */
const TASKS = ['gramianBlocks', 'rotateRows', 'solveRows'] as const
type Task = (typeof TASKS)[number]

/** Where things stand in the block of integers that leader and helpers share. */
const SEQUENCE = 0
const IS_OPEN = 1
const WORKING = 2
const HELPERS = 3
const IS_CLOSED = 4
const TASK = 5
const SCRATCH = 6
const SCRATCH_BYTES = 7
const ARGUMENT_COUNT = 8
const FAILED = 9
const ARGUMENTS = 10
const LENGTH = 32

/** A helper has only its last chunk to finish when the leader waits. */
const LONGEST_CHUNK_MS = 60_000
const LOST_HELPER =
  'A helper thread failed in the middle of a training. No model was changed. Try again with THREADS=1, which needs no helpers.'

/** What a helper thread needs to join: can be posted to it. */
export interface Invitation {
  readonly memory: WebAssembly.Memory
  readonly control: Address
  readonly threads: number
}

/** The thread that trains, and helpers that come when they are up and take a part of each task that is running then. */
export interface Crew {
  readonly workspace: Workspace
  readonly invitation: Invitation
  /**
   * Runs a task to its end, on this thread and on all helpers that are there. The kernel gets `args`, then the address of
   * `scratchBytes` bytes that belong to its thread alone.
   * @throws Error when a helper failed on the way: its part of the work is missing
   */
  run(task: Task, args: readonly number[], scratchBytes: number): void
  /** Does something in the workspace, then takes back all that was allocated for it: one training after the other needs no more room than the greatest. */
  briefly<T>(work: () => T): T
  /** Lets the helpers go. */
  close(): void
}

/** @param threads this one and at most so many helpers less one */
export function createCrew(workspace: Workspace, threads = 1): Crew {
  const { at, data: control } = workspace.integers(LENGTH)
  let scratch = { at: 0, bytes: 0 }

  function scratchOf(bytes: number): Address {
    if (scratch.bytes < bytes) scratch = { at: workspace.bytes(bytes * threads).at, bytes }
    return scratch.at
  }

  return {
    workspace,
    invitation: { memory: workspace.memory, control: at, threads },
    run(task, args, scratchBytes) {
      const bytes = Math.ceil(scratchBytes / 64) * 64
      const own = scratchOf(bytes)
      control[TASK] = TASKS.indexOf(task)
      control[SCRATCH] = own
      control[SCRATCH_BYTES] = bytes
      control[ARGUMENT_COUNT] = args.length
      control.set(args, ARGUMENTS)
      Atomics.store(control, IS_OPEN, 1)
      Atomics.add(control, SEQUENCE, 1)
      Atomics.notify(control, SEQUENCE)
      call(workspace.kernels, task, args, own)
      // Nothing is left to take. Whoever says from now on that it is working sees that the task is closed, and leaves it alone.
      Atomics.store(control, IS_OPEN, 0)
      for (let working = Atomics.load(control, WORKING); working > 0; working = Atomics.load(control, WORKING)) {
        if (Atomics.wait(control, WORKING, working, LONGEST_CHUNK_MS) === 'timed-out') throw new Error(LOST_HELPER)
      }
      if (Atomics.load(control, FAILED) > 0) throw new Error(LOST_HELPER)
    },
    briefly(work) {
      const [mark, before] = [workspace.mark(), scratch]
      try {
        return work()
      } finally {
        workspace.release(mark)
        scratch = before
      }
    },
    close() {
      Atomics.store(control, IS_CLOSED, 1)
      Atomics.add(control, SEQUENCE, 1)
      Atomics.notify(control, SEQUENCE)
    },
  }
}

/** A helper's life: takes part in one task after the other until the leader closes. Blocks its thread. */
export function help({ memory, control: at, threads }: Invitation): void {
  const kernels = openKernels(memory)
  const control = new Int32Array(memory.buffer, at, LENGTH)
  // The leader is the first thread.
  const place = Atomics.add(control, HELPERS, 1) + 1
  if (place >= threads) return
  for (let seen = 0; Atomics.load(control, IS_CLOSED) === 0; ) {
    Atomics.wait(control, SEQUENCE, seen)
    seen = Atomics.load(control, SEQUENCE)
    Atomics.add(control, WORKING, 1)
    try {
      if (Atomics.load(control, IS_OPEN) === 0) continue
      const args = control.slice(ARGUMENTS, ARGUMENTS + (control[ARGUMENT_COUNT] as number))
      const own = (control[SCRATCH] as number) + place * (control[SCRATCH_BYTES] as number)
      call(kernels, TASKS[control[TASK] as number] as Task, [...args], own)
    } catch (error) {
      Atomics.store(control, FAILED, 1)
      throw error
    } finally {
      // Even if the kernel failed: the leader waits for this.
      Atomics.sub(control, WORKING, 1)
      Atomics.notify(control, WORKING)
    }
  }
}

/** How many helpers have joined, by the integers at `Invitation.control`. */
export const helpersIn = (control: Int32Array): number => Atomics.load(control, HELPERS)

function call(kernels: Workspace['kernels'], task: Task, args: readonly number[], scratch: Address): void {
  const kernel = kernels[task] as (...args: number[]) => number
  while (kernel(...args, scratch) !== 0) {}
}
