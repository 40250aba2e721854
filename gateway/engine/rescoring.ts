import type { Bitmap } from '../../models/ranking/bitmap.ts'
import { matcher } from '../../models/ranking/filter.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import type { Catalogue } from '../catalogue.ts'
import { timeOf } from './item-times.ts'
import type { Boost, Selection } from './request.ts'
import type { Shelf } from './shelf.ts'
import { timesOn } from './shelf-times.ts'

const DAY_MS = 24 * 3_600_000
/** Older items, and those of which nobody said how old they are, count as if they were so many half-lives old: a score below zero is divided, and is to stay a number. */
const MAX_HALF_LIVES = 60

/** What scores are multiplied by. */
export interface Rescoring {
  factorOf(itemId: string): number
  /** The greatest that may come. */
  readonly maxFactor: number
  /** The same by the index of an item of a shelf. */
  on(shelf: Shelf): Steps<{ factorOf(index: number): number; readonly maxFactor: number }>
}

/** @returns undefined: scores stay as they are */
export function rescoringOf(
  { boost = [], decay }: Selection,
  catalogue: Pick<Catalogue, 'get' | 'version'>,
  now: number,
): Rescoring | undefined {
  if (boost.length === 0 && !decay) return undefined
  const boosts = boost.map(({ filter, factor }) => ({ factor, matches: matcher(filter) }))
  const maxFactor = boost.reduce((product, { factor }) => product * Math.max(1, factor), 1)

  function factorOf(itemId: string): number {
    const item = catalogue.get(itemId)
    const boosted = boosts.reduce((product, { factor, matches }) => (matches(item) ? product * factor : product), 1)
    return decay ? boosted * decayOf(timeOf(item, decay.field), decay.halfLifeDays, now) : boosted
  }

  return {
    factorOf,
    maxFactor,
    *on(shelf) {
      const boosted = yield* byBitmaps(shelf, boost)
      if (!decay) return { factorOf: boosted, maxFactor }
      const { field, halfLifeDays } = decay
      const timeOn = timesOn(shelf, field, catalogue)
      return { factorOf: (index) => boosted(index) * decayOf(timeOn(index), halfLifeDays, now), maxFactor }
    },
  }
}

/** Which boosts an item has is a bit each. */
function* byBitmaps(shelf: Shelf, boosts: readonly Boost[]): Steps<(index: number) => number> {
  const hidden: { factor: number; others: Bitmap }[] = []
  for (const { filter, factor } of boosts) hidden.push({ factor, others: yield* shelf.hiddenBy(filter) })
  return (index) =>
    hidden.reduce((product, { factor, others }) => (others.isHidden(index) ? product : product * factor), 1)
}

/** 2^(−age / half-life); what lies ahead is as new as can be. @param time  NaN: unknown */
function decayOf(time: number, halfLifeDays: number, now: number): number {
  const halfLives = Number.isNaN(time) ? MAX_HALF_LIVES : Math.max(0, now - time) / (halfLifeDays * DAY_MS)
  return 2 ** -Math.min(MAX_HALF_LIVES, halfLives)
}
