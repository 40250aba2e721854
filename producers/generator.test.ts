import { expect, it } from 'vitest'
import type { Item, RatingEvent } from '../models/events/types.ts'
import { chunksOf, linesOf, valuesOf } from './datasets/read.fixture.ts'
import { type GeneratorOptions, generateDataset } from './generator.ts'

const itemsOf = async (options?: GeneratorOptions): Promise<Item[]> =>
  valuesOf(await linesOf(generateDataset(options).items()))
const ratingsOf = async (options?: GeneratorOptions): Promise<RatingEvent[]> =>
  valuesOf(await linesOf(generateDataset(options).ratings()))

it('makes the same of the same options, and something else of another seed', async () => {
  const small = { users: 50, items: 100 }
  expect(await ratingsOf(small)).toEqual(await ratingsOf(small))
  expect(await itemsOf(small)).toEqual(await itemsOf(small))
  expect(generateDataset(small).fingerprint).toBe(generateDataset(small).fingerprint)
  expect(await ratingsOf({ ...small, seed: 2 })).not.toEqual(await ratingsOf(small))
  expect(generateDataset({ ...small, seed: 2 }).fingerprint).not.toBe(generateDataset(small).fingerprint)
})

it('makes valid ratings: half stars in the scale, known films, each once a user, from the start to the end', async () => {
  const [startsAt, endsAt] = [Date.UTC(1996, 2, 29), Date.UTC(2024, 5, 1)]
  const [items, ratings] = [await itemsOf({ startsAt, endsAt }), await ratingsOf({ startsAt, endsAt })]
  const known = new Set(items.map(({ itemId }) => itemId))
  expect(known.size).toBe(1_500)
  expect(new Set(items.map(({ title }) => title)).size).toBe(1_500)
  expect(ratings.length).toBeGreaterThan(50_000)
  expect(new Set(ratings.map(({ userId, itemId }) => `${userId} ${itemId}`)).size).toBe(ratings.length)
  expect(new Set(ratings.map(({ eventId }) => eventId)).size).toBe(ratings.length)
  expect(ratings.every(({ itemId }) => known.has(itemId))).toBe(true)
  expect(
    ratings.every(({ value }) => value !== null && value >= 0.5 && value <= 5 && Number.isInteger(2 * value)),
  ).toBe(true)
  expect(ratings.every(({ occurredAt }) => occurredAt >= startsAt && occurredAt <= endsAt)).toBe(true)
  expect(new Set(ratings.map(({ occurredAt }) => new Date(occurredAt).getUTCFullYear())).size).toBe(29)
})

it('has a long tail: a fifth of the films gets more than half of the ratings', async () => {
  const counts = new Map<string, number>()
  const ratings = await ratingsOf()
  for (const { itemId } of ratings) counts.set(itemId, (counts.get(itemId) ?? 0) + 1)
  const head = [...counts.values()].sort((a, b) => b - a).slice(0, 300)
  expect(head.reduce((a, b) => a + b)).toBeGreaterThan(ratings.length / 2)
  expect(counts.size).toBeGreaterThan(1_400)
})

it('can be learnt: who likes a film likes others of its genre far more often than chance has it', async () => {
  const [items, ratings] = [await itemsOf(), await ratingsOf()]
  const genre = new Map(items.map(({ itemId, genres }) => [itemId, genres[0]]))
  const liked = Map.groupBy(
    ratings.filter(({ value }) => value !== null && value >= 4),
    ({ userId }) => userId,
  )
  const total = new Map<string | undefined, number>()
  let same = 0
  let pairs = 0
  for (const events of liked.values()) {
    const own = Map.groupBy(events, ({ itemId }) => genre.get(itemId))
    for (const [name, { length }] of own) {
      same += length * (length - 1)
      total.set(name, (total.get(name) ?? 0) + length)
    }
    pairs += events.length * (events.length - 1)
  }
  const all = [...total.values()].reduce((a, b) => a + b)
  const byChance = [...total.values()].reduce((sum, count) => sum + (count / all) ** 2, 0)
  expect(same / pairs).toBeGreaterThan(3 * byChance)
})

it('goes on from a place it gave out', async () => {
  const dataset = generateDataset({ users: 300 })
  const chunks = await chunksOf(dataset.ratings())
  const [first] = chunks
  expect(chunks.length).toBeGreaterThan(2)
  const rest = await chunksOf(dataset.ratings(first && { [first.file]: first.end }))
  expect(rest.flatMap(({ lines }) => lines)).toEqual(chunks.slice(1).flatMap(({ lines }) => lines))
})
