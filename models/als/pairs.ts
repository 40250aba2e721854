import type { HeldOut } from '../evaluation/evaluate.ts'

/** A positive, by dense numbers. */
export interface Pair {
  readonly row: number
  readonly column: number
}

/** Pairs, which come ordered by row, grouped by it. */
export function byRow(pairs: readonly Pair[]): HeldOut {
  const firsts = pairs.flatMap(({ row }, n) => (row === pairs[n - 1]?.row ? [] : [n]))
  return {
    users: Int32Array.from(firsts, (n) => (pairs[n] as Pair).row),
    starts: Int32Array.from([...firsts, pairs.length]),
    items: Int32Array.from(pairs, ({ column }) => column),
  }
}
