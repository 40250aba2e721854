import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Item } from '../../models/events/types.ts'
import { normal, seededRandom } from '../../models/linalg/random.ts'
import { arranged, type Known } from './list.ts'
import type { Ranked, Selection } from './request.ts'
import type { Source } from './sources.ts'

type Rules = Omit<Selection, 'skip' | 'limit'>

interface Film extends Ranked {
  readonly item: Item
  readonly isWellKnown: boolean
  readonly vector: Float32Array | undefined
}

const UNDESCRIBED = {
  type: 'item',
  title: '',
  genres: [],
  year: null,
  poster: null,
  available: true,
  attributes: {},
  updatedAt: 0,
} as const

/** Best first: some are alike, some without a vector, and some years have many films. */
function randomFilms(seed: number, length: number): Film[] {
  const random = seededRandom(seed)
  const vectors = Array.from({ length: 30 }, () => Float32Array.from({ length: 3 }, () => normal(random)))
  const films = Array.from({ length }, (_, n): Film => {
    const itemId = `f${n}`
    const genres = ['a', 'b', 'c', 'd', 'e', 'f'].filter(() => random() < 0.4)
    const item: Item = { ...UNDESCRIBED, itemId, genres, year: 1990 + Math.floor(30 * random() ** 2) }
    const vector = vectors[Math.floor(33 * random())]
    return { itemId, score: Math.round(8 * normal(random)) / 4, item, isWellKnown: random() < 0.3, vector }
  })
  return films.sort((x, y) => y.score - x.score)
}

/** What it promises, by looking at everything. */
function sourceOf(films: readonly Film[], { pin = [] }: Rules): Source {
  const pinned = new Set(pin.map(({ itemId }) => itemId))
  return {
    strategy: 'fold-in',
    best: async (count, part = 'all') =>
      films
        .values()
        .filter(({ itemId }) => !pinned.has(itemId))
        .filter(({ isWellKnown }) => part === 'all' || isWellKnown === (part === 'wellKnown'))
        .take(count)
        .map(({ itemId, score }) => ({ itemId, score }))
        .toArray(),
    scoreOf: (itemId) => films.find((film) => film.itemId === itemId)?.score,
  }
}

function knownOf(films: readonly Film[]): Known {
  const byId = new Map(films.map((film) => [film.itemId, film]))
  return {
    vectorOf: (itemId) => byId.get(itemId)?.vector,
    catalogue: { get: (itemId) => byId.get(itemId)?.item, version: () => 1 },
  }
}

async function listOf(films: readonly Film[], rules: Rules, limit: number, skip = 0): Promise<Ranked[]> {
  const { ranked } = await arranged(sourceOf(films, rules), { ...rules, skip, limit }, knownOf(films))
  return ranked
}

async function inPages(films: readonly Film[], rules: Rules, limit: number): Promise<Ranked[]> {
  const listed: Ranked[] = []
  for (let skip = 0; ; skip += limit) {
    const page = await listOf(films, rules, limit, skip)
    listed.push(...page)
    if (page.length < limit) return listed
  }
}

const drawn = fc.record({ seed: fc.nat(), length: fc.nat(260) })
const share = fc.constantFrom(0, 0.2, 0.5, 0.9, 1)
const cap = fc.record({
  field: fc.constantFrom('genres', 'year'),
  max: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 20 })),
})
const pin = fc.record({
  // Of few items now and then, so that one is pinned twice.
  itemId: fc.oneof(fc.nat(270), fc.nat(3)).map((n) => `f${n}`),
  position: fc.oneof(fc.nat(10), fc.nat(100), fc.nat(300)),
})
const pinsAt = (position: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({ itemId: `f${10 * n}`, position }))
const pageLength = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 60 }))
const rules: fc.Arbitrary<Rules> = fc.record(
  {
    lessKnown: share,
    diversity: share,
    caps: fc.array(cap, { maxLength: 2 }),
    pin: fc.array(pin, { maxLength: 12 }),
  },
  { requiredKeys: [] },
)

it('a list is the same in pages of any length and whole, whatever rules arrange it', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, rules, pageLength, async ({ seed, length }, rules, limit) => {
      const films = randomFilms(seed, length)
      const whole = await listOf(films, rules, 1000)
      expect(await inPages(films, rules, limit)).toEqual(whole)
      expect(new Set(whole.map(({ itemId }) => itemId)).size).toBe(whole.length)
    }),
    {
      numRuns: 100,
      examples: [
        [{ seed: 0, length: 64 }, { lessKnown: 0, caps: [{ field: 'genres', max: 1 }] }, 1],
        [{ seed: 1, length: 200 }, { caps: [{ field: 'genres', max: 1 }], pin: pinsAt(100, 10) }, 5],
      ],
    },
  )
})

it('with caps the less known keep their places, as far as there is room for any of them', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, share, fc.integer({ min: 1, max: 4 }), async ({ seed, length }, lessKnown, max) => {
      const films = randomFilms(seed, length)
      const parts = [true, false].map((isWellKnown) => films.filter((film) => film.isWellKnown === isWellKnown))
      const counts = new Map<string, number>()
      const hasRoom = ({ item }: Film): boolean => item.genres.every((genre) => (counts.get(genre) ?? 0) < max)
      const expected: string[] = []
      for (let place = 0; ; place++) {
        const isDue = Math.floor((place + 1) * lessKnown) > Math.floor(place * lessKnown)
        const next = (isDue ? parts.toReversed() : parts)
          .flat()
          .find((film) => !expected.includes(film.itemId) && hasRoom(film))
        if (!next) break
        expected.push(next.itemId)
        for (const genre of next.item.genres) counts.set(genre, (counts.get(genre) ?? 0) + 1)
      }
      const listed = await listOf(films, { lessKnown, caps: [{ field: 'genres', max }] }, 1000)
      expect(listed.map(({ itemId }) => itemId)).toEqual(expected)
    }),
  )
})

it('caps look at the best 10,000 alone', async () => {
  const films = randomFilms(1, 20_000).map((film) => ({ ...film, item: { ...film.item, genres: ['a'] } }))
  films[9_999] = { ...(films[9_999] as Film), item: { ...UNDESCRIBED, itemId: 'last', genres: ['b'] } }
  films[10_000] = { ...(films[10_000] as Film), item: { ...UNDESCRIBED, itemId: 'next', genres: ['c'] } }
  const source = sourceOf(films, {})
  const asked: number[] = []
  const best: Source['best'] = (count) => {
    asked.push(count)
    return source.best(count)
  }
  const rules = { caps: [{ field: 'genres', max: 1 }], limit: 10, skip: 0 }
  const { ranked: listed } = await arranged({ ...source, best }, rules, knownOf(films))
  expect(listed.map(({ itemId }) => itemId)).toEqual([films[0]?.itemId, films[9_999]?.itemId])
  expect(asked).toEqual([40, 160, 640, 2560, 10_000])
})

it('repeats nothing where an item appears between two searches', async () => {
  const films = randomFilms(1, 300)
  const source = sourceOf(films, {})
  let searches = 0
  const best: Source['best'] = async (count) => {
    const found = await source.best(count)
    return searches++ === 0 ? found : [{ itemId: 'late', score: 99 }, ...found].slice(0, count)
  }
  const rules = { caps: [{ field: 'genres', max: 1 }], limit: 20, skip: 0 }
  const { ranked: listed } = await arranged({ ...source, best }, rules, knownOf(films))
  expect(searches).toBeGreaterThan(1)
  expect(new Set(listed.map(({ itemId }) => itemId)).size).toBe(listed.length)
})

it('is told apart from a list of nothing where the part that was asked for is past its end, and whatever is pinned', async () => {
  const films = randomFilms(1, 5)
  const isEmpty = async (some: readonly Film[], more: Partial<Selection>) => {
    const selection = { limit: 3, skip: 0, ...more }
    return (await arranged(sourceOf(some, selection), selection, knownOf(films))).isEmpty
  }
  const pin = [{ itemId: 'f0', position: 0 }]
  for (const rules of [{}, { pin }, { lessKnown: 0.5 }, { diversity: 0.5 }, { caps: [{ field: 'year', max: 1 }] }]) {
    expect(await isEmpty(films, rules)).toBe(false)
    expect(await isEmpty(films, { ...rules, skip: 100 })).toBe(false)
    expect(await isEmpty([], rules)).toBe(true)
  }
  // As long as there is more than pins it is none, even if they are all that is shown.
  expect(await isEmpty(films, { pin, limit: 1 })).toBe(false)
  expect(
    await isEmpty(
      films.filter(({ itemId }) => itemId === 'f0'),
      { pin },
    ),
  ).toBe(true)
})

it('pins are scored as the list is, and no cap counts them', async () => {
  const scores = [5, 4, 3, -2]
  const films = scores.map((score, n): Film => {
    const itemId = `f${n}`
    return { itemId, score, item: { ...UNDESCRIBED, itemId, genres: ['a'] }, isWellKnown: true, vector: undefined }
  })
  const boost = [{ filter: { field: 'genres', has: 'a' }, factor: 2 }]
  const pin = [
    { itemId: 'f1', position: 0 },
    { itemId: 'f3', position: 1 },
    { itemId: 'unheard of', position: 2 },
    // The first pin of an item counts.
    { itemId: 'f1', position: 3 },
  ]
  expect(await listOf(films, { boost, pin, caps: [{ field: 'genres', max: 1 }] }, 10)).toEqual([
    { itemId: 'f1', score: 8 },
    { itemId: 'f3', score: -1 },
    { itemId: 'unheard of', score: 0 },
    { itemId: 'f0', score: 5 },
  ])
})
