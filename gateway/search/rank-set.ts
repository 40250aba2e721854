import { onesOf } from '../../models/ranking/bitmap.ts'

/** A set of ranks, a bit each, in ascending order. */
export type RankSet = Uint32Array<ArrayBuffer>

export const noRanks = (length: number): RankSet => new Uint32Array(Math.ceil(length / 32))

export function allRanks(length: number): RankSet {
  const set = noRanks(length).fill(-1 >>> 0)
  if (length % 32 > 0) set[set.length - 1] = ~(-1 << (length % 32))
  return set
}

export function addRank(set: RankSet, rank: number): void {
  ;(set[rank >>> 5] as number) |= 1 << (rank & 31)
}

export function removeRank(set: RankSet, rank: number): void {
  ;(set[rank >>> 5] as number) &= ~(1 << (rank & 31))
}

/** Leaves in the first set what is in the second one, too. */
export function keepCommon(set: RankSet, other: RankSet): void {
  for (let at = 0; at < set.length; at++) (set[at] as number) &= other[at] as number
}

/** Leaves in the first set what is not in the second one. */
export function removeAll(set: RankSet, other: RankSet): void {
  for (let at = 0; at < set.length; at++) (set[at] as number) &= ~(other[at] as number)
}

export const countRanks = (set: RankSet): number => set.reduce((count, word) => count + onesOf(word), 0)

/** @returns the first rank from `from` on; undefined: none */
export function nextRank(set: RankSet, from: number): number | undefined {
  let at = from >>> 5
  let word = (set[at] ?? 0) & (-1 << (from & 31))
  while (word === 0) {
    if (++at >= set.length) return undefined
    word = set[at] as number
  }
  return (at << 5) + 31 - Math.clz32(word & -word)
}

/**
 * Passes over ranks from `from` on, 32 at a time: not over more than `most`, and not up to `end`.
 * @returns how many were passed over, and where to go on
 */
export function passRanks(set: RankSet, from: number, end: number, most: number): { passed: number; next: number } {
  let [passed, next] = [0, from]
  while ((next | 31) < end) {
    const count = onesOf((set[next >>> 5] ?? 0) & (-1 << (next & 31)))
    if (passed + count > most) break
    passed += count
    next = (next | 31) + 1
  }
  return { passed, next }
}
