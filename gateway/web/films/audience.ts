import type { Gateway } from '../../context.ts'
import { spokenTitle } from '../shared/titles.js'
import { genreShares } from './tastes.ts'

/** Of fewer people who liked a film it cannot be told what they have in common: one is all of them. */
const ENOUGH_LIKES = 10
/** The films nearest to one, among which it is looked what they have in common. */
const NEAREST = 50
/** A genre is told of that is this many times as frequent there as among all films that people like, and of this share of them. */
const MORE_THAN_USUAL = 1.3
const SHARE = 0.1
const NAMED = 3
/** Of what is rare, a number says no more. */
const MANY_TIMES = 10

/**
 * For whom a film is, in words: what those films are of that the same people like, beside what people like altogether. Empty where
 * nothing is known, and too few to tell where hardly anybody liked it, whatever a model makes of those.
 */
export async function audienceOf(
  { engine, catalogue }: Pick<Gateway, 'engine' | 'catalogue'>,
  itemId: string,
): Promise<string> {
  const near = await engine.similarItems([itemId], { limit: NEAREST, skip: 0 })
  if (near.items.length === 0) return ''
  if (engine.rankings.popularityOf(itemId) < ENOUGH_LIKES) return 'Too few people have liked it yet to tell.'
  const theirs = genreShares(
    near.items.map((item) => [item.itemId, 1]),
    catalogue,
  )
  const all = await usualShares({ engine, catalogue })
  const lift = (genre: string): number => (theirs.get(genre) ?? 0) / Math.max(all.get(genre) ?? 0, 1e-6)
  const typical = [...theirs.keys()]
    .filter((genre) => (theirs.get(genre) ?? 0) >= SHARE && lift(genre) >= MORE_THAN_USUAL)
    .sort((x, y) => lift(y) - lift(x))
    .slice(0, NAMED)
  const [first] = near.items
  const like = first?.title === undefined ? '' : ` The closest to it is ${spokenTitle(first.title)}.`
  if (typical.length === 0) return `For people of many tastes: the films that go with it are of no kind in particular.`
  const often = typical.map((genre) => `${genre} (${timesOf(lift(genre))} as often as usual)`)
  return `For people who like ${inWords(often)}: that is what else those rate highly who liked it.${like}`
}

const timesOf = (lift: number): string =>
  lift > MANY_TIMES ? `more than ${MANY_TIMES} times` : `${Math.round(10 * lift) / 10} times`

const inWords = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** Popular items make nearly all of what is liked. */
const MANY = 1_000

/** Shares of the genres in what everybody likes. */
export async function usualShares({ engine, catalogue }: Pick<Gateway, 'engine' | 'catalogue'>) {
  const { items } = await engine.popular({ limit: MANY, skip: 0 })
  return genreShares(
    items.map(({ itemId, score }) => [itemId, score]),
    catalogue,
  )
}
