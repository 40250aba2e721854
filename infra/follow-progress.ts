import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_MS = 200

/**
 * Looks again and again at work that is done elsewhere, and shows its progress whenever it is another.
 * @returns the record with which it is over
 */
export async function followProgress<T extends { readonly progress: string }>(
  look: () => Promise<T>,
  isOver: (record: T) => boolean,
  show: (progress: string) => void,
): Promise<T> {
  for (let last = ''; ; await sleep(LOOK_MS)) {
    const record = await look()
    if (record.progress !== last) show(record.progress)
    last = record.progress
    if (isOver(record)) return record
  }
}
