import type { Address, Workspace } from '../linalg/workspace.ts'
import type { Bitmap } from './bitmap.ts'
import { createScanJob, type ScanFields } from './scan-job.ts'
import type { Scored } from './selection.ts'

/** Bytes of a result, and of a candidate. */
const ENTRY_BYTES = 8
const SUMS_BYTES = 128
const LEAST_CAPACITY = 64
const LEAST_ROOM = 4096

/** What a scorer has laid out. */
export type ItemFields = ScanFields & Required<Pick<ScanFields, 'rows' | 'blocks' | 'width'>>

/** Room for one search at a time. Any thread may run it: `kernels.topK(at)` over the same memory. */
export interface Scan {
  /** @returns the address of the job; nothing else is to be prepared here until it was run and `take` has the results */
  prepare(user: Float32Array, k: number, hidden: Bitmap): Address
  /** @param count what the kernel returned */
  take(count: number): Scored[]
}

export function createScan(workspace: Workspace, items: ItemFields): Scan {
  const user = workspace.floats(items.width)
  const bits = workspace.integers(items.blocks)
  const scratch = workspace.bytes(SUMS_BYTES + items.width)
  const job = createScanJob(workspace)
  job.set({ ...items, user: user.at, hidden: bits.at, scratch: scratch.at })
  let scores: Float32Array = new Float32Array()
  let indices: Int32Array = new Int32Array()
  let capacity = 0

  /** The old room stays where it is; it doubles, so all of them together are no more than the last. */
  function makeRoom(k: number): void {
    capacity = Math.max(k, 2 * capacity, LEAST_CAPACITY)
    const kept = workspace.bytes(capacity * ENTRY_BYTES).at
    scores = new Float32Array(workspace.memory.buffer, kept, 2 * capacity)
    indices = new Int32Array(workspace.memory.buffer, kept, 2 * capacity)
    // More than these, and the kernel scores every item instead.
    const room = Math.max(LEAST_ROOM, 8 * Math.min(capacity, items.rows / 16))
    const candidates = items.codes === undefined ? 0 : workspace.bytes(room * ENTRY_BYTES).at
    job.set({ kept, candidates, room })
  }

  return {
    prepare(vector, k, { words }) {
      if (k > capacity) makeRoom(k)
      user.data.set(vector)
      bits.data.set(words)
      job.set({ k })
      return job.at
    },
    take: (count) =>
      Array.from({ length: count }, (_, n) => ({
        index: indices[2 * n + 1] as number,
        score: scores[2 * n] as number,
      })),
  }
}
