import { preciseDot } from '../linalg/dot.ts'
import { directionOf } from './directions.ts'

/**
 * Rules over a list of candidates, best first. Whoever asks for more of a list gets what stood there before, and more after it:
 * so the pages of a list agree.
 */

/** Diversity chooses among so many, however many are wanted. */
export const DIVERSITY_POOL = 200

interface Diversity<T> {
  /** λ, from 0 (by score alone) to 1 (by unlikeness alone) */
  readonly weight: number
  scoreOf(candidate: T): number
  /** All of one length; a candidate without a vector, or with one that points nowhere, is like no other. */
  vectorOf(candidate: T): Float32Array | undefined
  readonly count: number
}

/**
 * Maximal marginal relevance (Carbonell and Goldstein 1998): again and again the candidate of greatest
 *
 *   (1 − λ) relevance − λ max cosine(candidate, those chosen before)
 *
 * among the first 200; then the others as they stood. The relevance is the score, from 0 for the least of the 200 to 1 for the
 * greatest, so that λ means the same whatever the scores measure.
 *
 * @param candidates  200 at least, unless there are no more: who gives fewer gets another order than who gives all
 */
export function diversified<T>(candidates: readonly T[], { weight, scoreOf, vectorOf, count }: Diversity<T>): T[] {
  const pool = candidates.slice(0, DIVERSITY_POOL)
  const relevance = scaled(pool.map(scoreOf))
  const directions = pool.map((candidate) => {
    const vector = vectorOf(candidate)
    return vector && directionOf(vector)
  })
  /** Greatest cosine to those chosen; to none: 0. */
  const likeness = new Float64Array(pool.length)
  const left = new Set(pool.keys())
  const chosen: T[] = []
  while (left.size > 0 && chosen.length < count) {
    let best = -1
    let greatest = -Infinity
    for (const n of left) {
      const gain = (1 - weight) * (relevance[n] as number) - weight * (likeness[n] as number)
      if (best >= 0 && !(gain > greatest)) continue
      best = n
      greatest = gain
    }
    left.delete(best)
    const chosenDirection = directions[best]
    for (const n of left) {
      const direction = directions[n]
      const cosine = direction && chosenDirection ? preciseDot(direction, chosenDirection) : 0
      likeness[n] = chosen.length === 0 ? cosine : Math.max(likeness[n] as number, cosine)
    }
    chosen.push(pool[best] as T)
  }
  return [...chosen, ...candidates.slice(DIVERSITY_POOL)].slice(0, count)
}

/** To 0 … 1; where all are alike, to 0. */
function scaled(scores: readonly number[]): number[] {
  const least = Math.min(...scores)
  const range = Math.max(...scores) - least
  return scores.map((score) => (range > 0 ? (score - least) / range : 0))
}

interface Cap<T> {
  /** Of one value, so many at most. */
  readonly max: number
  valuesOf(candidate: T): readonly unknown[]
}

/**
 * Asked of candidates, best first: whether there is room for all values of one, which then takes its room. So a list that is to be
 * longer goes on where it ended.
 */
export function createCaps<T>(caps: readonly Cap<T>[]): (candidate: T) => boolean {
  const limits = caps.map(({ max, valuesOf }) => ({ max, valuesOf, counts: new Map<unknown, number>() }))
  return (candidate) => {
    const values: (readonly unknown[])[] = []
    for (const { max, valuesOf, counts } of limits) {
      const found = valuesOf(candidate)
      if (found.some((value) => (counts.get(value) ?? 0) >= max)) return false
      values.push(found)
    }
    limits.forEach(({ counts }, n) => {
      for (const value of new Set(values[n])) counts.set(value, (counts.get(value) ?? 0) + 1)
    })
    return true
  }
}

/** Whether a place of a list, counted from 0, is one of the `share` of them that the less known have, spread evenly. */
export const isForLessKnown = (place: number, share: number): boolean =>
  Math.floor((place + 1) * share) > Math.floor(place * share)

/**
 * One list of two, in which `share` of the places belong to the less known, spread evenly. When one of them runs out, the other
 * goes on: who asks for n places gives n of each, unless there are no more.
 */
export function mixed<T>(known: readonly T[], lessKnown: readonly T[], share: number): T[] {
  const list: T[] = []
  let [fromKnown, fromLessKnown] = [0, 0]
  for (let place = 0; place < known.length + lessKnown.length; place++) {
    const isLessKnown = fromKnown === known.length || (isForLessKnown(place, share) && fromLessKnown < lessKnown.length)
    list.push((isLessKnown ? lessKnown[fromLessKnown++] : known[fromKnown++]) as T)
  }
  return list
}

interface Pin<T> {
  /** In the whole list, counted from 0. */
  readonly position: number
  readonly item: T
}

/**
 * Puts items in fixed places, and nowhere else. Of two for one place the second comes right after the first; what is to stand
 * past the end is appended; the first pin of an item counts. Who asks for n places gives a list longer than that by the number of
 * pins, unless there is no more.
 *
 * @param keyOf  tells items apart
 */
export function pinned<T>(list: readonly T[], pins: readonly Pin<T>[], keyOf = (item: T): unknown => item): T[] {
  const keys = new Set<unknown>()
  const placed = pins.filter(({ item }) => !keys.has(keyOf(item)) && keys.add(keyOf(item)))
  const others = list.filter((item) => !keys.has(keyOf(item)))
  const arranged: T[] = []
  let next = 0
  for (const { position, item } of placed.sort((x, y) => x.position - y.position)) {
    while (arranged.length < position && next < others.length) arranged.push(others[next++] as T)
    arranged.push(item)
  }
  return [...arranged, ...others.slice(next)]
}
