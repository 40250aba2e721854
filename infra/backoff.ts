/** From the first pause to the longest, in ms. */
export interface Backoff {
  readonly firstMs: number
  readonly longestMs: number
}

/**
 * The pause before another attempt: twice as long each time, capped, and jittered, since who failed together is not to come back
 * together.
 * @param attempt  how many failed before the last one
 * @param random   from 0 to 1
 * @returns        ms
 */
export function pauseBefore(attempt: number, { firstMs, longestMs }: Backoff, random: number = Math.random()): number {
  return Math.min(firstMs * 2 ** attempt, longestMs) * (0.5 + random / 2)
}
