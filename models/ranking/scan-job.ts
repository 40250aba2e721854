import type { Address, Workspace } from '../linalg/workspace.ts'

/** The fields of `ScanJob` (linalg/assembly/scan-job.ts) that are written here, in its order. */
const FIELDS = [
  'rows',
  'blocks',
  'dimensions',
  'width',
  'factors',
  'panels',
  'codes',
  'bounds',
  'order',
  'user',
  'hidden',
  'k',
  'kept',
  'candidates',
  'room',
  'scratch',
  'reciprocals',
  'greatest',
] as const
/** What follows belongs to the kernel. */
const BYTES = 136

export type ScanFields = Partial<Record<(typeof FIELDS)[number], number>>

/** A job for the kernel `topK`, all zeros at first. */
export interface ScanJob {
  readonly at: Address
  /** Sets some fields; the others stay. */
  set(fields: ScanFields): void
}

export function createScanJob(workspace: Workspace): ScanJob {
  const { at } = workspace.bytes(BYTES)
  const integers = new Int32Array(workspace.memory.buffer, at, FIELDS.length)
  return {
    at,
    set(fields) {
      FIELDS.forEach((name, n) => {
        if (fields[name] !== undefined) integers[n] = fields[name]
      })
    },
  }
}
