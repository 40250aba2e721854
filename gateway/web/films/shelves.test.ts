import { expect, it } from 'vitest'
import { silent } from '../../../infra/logging.ts'
import type { Gateway } from '../../context.ts'
import type { Selection } from '../../engine/request.ts'
import type { Viewer } from '../viewer.ts'
import type { Rated } from './ratings.ts'
import { shelvesFor } from './shelves.ts'

const LIKED = 'liked'
const numbered = (letter: string, count = 30) => Array.from({ length: count }, (_, n) => `${letter}${n}`)

/** A gateway with these lists; each genre has one of its own. */
function gatewayWith(lists: Partial<Record<'similar' | 'recommended' | 'trends' | 'topRated' | 'popular', string[]>>) {
  const answer = (ids: string[] = [], { exclude = [], limit }: Selection) => ({
    items: ids
      .filter((itemId) => !exclude.includes(itemId))
      .slice(0, limit)
      .map((itemId) => ({ itemId, score: 1 })),
  })
  const gateway = {
    engine: {
      similarItems: async (_: unknown, selection: Selection) => answer(lists.similar, selection),
      recommend: async (_: unknown, selection: Selection) => answer(lists.recommended, selection),
      lastTrends: async (_: unknown, selection: Selection) => answer(lists.trends, selection),
      topRated: async (selection: Selection) => answer(lists.topRated, selection),
      popular: async (selection: Selection) => {
        const genre = String(Object.values(selection.filter ?? {}).at(-1))
        return answer(lists.popular ?? numbered(genre), selection)
      },
    },
    catalogue: { get: () => ({ title: 'Heat', genres: ['Crime'] }) },
    log: { identity: { scale: { positiveFrom: 4 } } },
    logger: silent,
    served: { note: (made: object) => ({ ...made, recommendationId: 'r' }) },
  }
  return gateway as unknown as Gateway
}

const viewer = { userId: 'u' } as Viewer
const rated = new Map<string, Rated>([[LIKED, { itemId: LIKED, value: 5, occurredAt: 0 }]])

const shelvesOf = async (lists: Parameters<typeof gatewayWith>[0], ratings = new Map<string, Rated>(), above = ['x']) =>
  shelvesFor(gatewayWith(lists), viewer, ratings, above)

const ALL = {
  ...{ similar: numbered('s'), recommended: numbered('r'), trends: numbered('t'), topRated: numbered('a') },
}

it('stand in one order, of which the first two are of what one liked last', async () => {
  const told = (await shelvesOf(ALL, rated)).map(({ id, title }) => [id, title])
  expect(told).toEqual([
    ['similar', 'More like Heat'],
    ['less-known', 'Less known, for you'],
    ['trending', 'Trending'],
    ['acclaimed', 'Acclaimed'],
    ['genre-0', 'Popular: Crime'],
  ])
  const usual = (await shelvesOf(ALL)).map(({ id, title }) => [id, title])
  expect(usual).toEqual([
    ['trending', 'Trending'],
    ['acclaimed', 'Acclaimed'],
    ['genre-0', 'Popular: Drama'],
    ['genre-1', 'Popular: Comedy'],
    ['genre-2', 'Popular: Thriller'],
  ])
})

it('show no film twice, nor what is rated or stands above, and say where they leave one out', async () => {
  const same = numbered('f', 200)
  const shelves = await shelvesOf({ trends: same, topRated: same, popular: same }, undefined, ['f0'])
  const shown = shelves.flatMap(({ films }) => films.map(({ itemId }) => itemId))
  expect(shown).toHaveLength(5 * 18)
  expect(new Set(shown).size).toBe(shown.length)
  expect(shown).not.toContain('f0')
  expect(shelves.map(({ why }) => why)).toEqual([
    'Liked most of late, besides those above',
    'Best rated, by many, besides those above',
    ...Array(3).fill('Liked by most, besides those above'),
  ])
  const others = await shelvesOf({ ...ALL, similar: [LIKED, ...ALL.similar] }, rated)
  expect(others.flatMap(({ films }) => films.map(({ itemId }) => itemId))).not.toContain(LIKED)
  // Nothing of these stands above.
  expect(others.map(({ why }) => why).filter((why) => why.includes('above'))).toEqual([])
})

it('are filled up with what stands above where there is hardly anything else, and left out where there are too few', async () => {
  const [trending, ...others] = await shelvesOf({ trends: numbered('t', 5), topRated: ['a', 'b', 'c'] }, undefined, [
    't0',
  ])
  expect(trending).toMatchObject({ id: 'trending', why: 'Liked most of late' })
  expect(trending?.films.map(({ itemId }) => itemId)).toEqual(numbered('t', 5))
  expect(others.map(({ id }) => id)).toEqual(['genre-0', 'genre-1', 'genre-2'])
})
