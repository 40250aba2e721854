import { beforeAll, describe, expect, it } from 'vitest'
import { idsOf } from '../infra/system.fixture.ts'
import { isHeldOut } from '../models/evaluation/held-out.ts'
import {
  expectNear,
  expectSameList,
  type List,
  likedBy,
  likesOf,
  scoresOf,
  systemWithDataset,
} from './dataset.fixture.ts'

const asked = systemWithDataset()
const sum = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0)
const contributions = (reasons: List['items'][number]['reasons'] = []) =>
  sum(reasons.map(({ contribution }) => contribution))

describe('a group', () => {
  let userIds: string[]
  /** What each member makes of every item. */
  let members: Map<string, number>[]
  /** Rated by any of them. */
  let known: Set<string>
  beforeAll(async () => {
    const { data, scores } = asked()
    userIds = [10, 100, 200, 400].map((place) => data.users[place] as string)
    members = await Promise.all(userIds.map((userId) => scores(userId, data.items.keys())))
    known = new Set(userIds.flatMap((userId) => [...(data.ratings.get(userId)?.keys() ?? [])]))
  })

  /** Everything that nobody of the group knows, best first by what all of them make of it together. */
  const ranked = (together: (scores: number[]) => number) => {
    const items = [...(members[0]?.keys() ?? [])].filter((itemId) => !known.has(itemId))
    return items
      .map((itemId) => ({ itemId, score: together(members.map((scores) => scores.get(itemId) as number)) }))
      .sort((x, y) => y.score - x.score)
  }

  /** By what the model has seen: new items may be laid out anew between two answers. */
  const expectSeenSame = (answer: List, expected: List['items']) => {
    const likes = likesOf(asked().data, (userId, itemId) => !isHeldOut(userId, itemId))
    const seen = (items: List['items']) => items.filter(({ itemId }) => likes.has(itemId))
    const items = seen(answer.items)
    expect(items).not.toEqual([])
    expectSameList({ items }, { items: seen(expected).slice(0, items.length) })
  }

  it('by least misery gets nothing that a member knows or dislikes, by what it is to whom it suits least', async () => {
    const { data, list } = asked()
    const answer = await list({ userIds, groupMode: 'leastMisery', limit: 100 })
    expect(answer.strategy).toBe('fold-in')
    expect(idsOf(answer).filter((itemId) => known.has(itemId))).toEqual([])
    const disliked = (itemId: string) => userIds.some((userId) => (data.ratings.get(userId)?.get(itemId) ?? 5) < 4)
    expect(idsOf(answer).filter(disliked)).toEqual([])
    expectSeenSame(
      answer,
      ranked((scores) => Math.min(...scores)),
    )
  })

  it('on average gets the best by the mean of what its members make of it, which is the default', async () => {
    const { list } = asked()
    const answer = await list({ userIds, groupMode: 'average', limit: 100 })
    expectSeenSame(
      answer,
      ranked((scores) => sum(scores) / scores.length),
    )
    expect((await list({ userIds, limit: 100 })).items).toEqual(answer.items)
  })

  it.each(['average', 'leastMisery'] as const)(
    'is told by %s from which likes of its members a score comes',
    async (groupMode) => {
      const { data, list } = asked()
      const liked = new Set(userIds.flatMap((userId) => likedBy(data, userId)))
      const { items } = await list({ userIds, groupMode, explain: true, limit: 20 })
      for (const { reasons = [] } of items) {
        expect(reasons).not.toEqual([])
        for (const { itemId } of reasons) expect(liked).toContain(itemId)
      }
    },
  )

  it('of one is that user, and members whom nobody knows do not count', async () => {
    const { list, recommendations } = asked()
    const [userId = ''] = userIds
    const alone = await recommendations(userId, { limit: 50 })
    for (const groupMode of ['average', 'leastMisery'] as const)
      expect((await list({ userIds: [userId, 'nobody'], groupMode, limit: 50 })).items).toEqual(alone.items)
    expect((await list({ userIds: ['nobody', 'no one'], limit: 50 })).strategy).toBe('popular')
  })
})

describe('an anonymous taste', () => {
  it('is answered as a user with the same ratings is', async () => {
    const { list, popular, rate, recommendations, v1 } = asked()
    const likes = idsOf(await popular({ limit: 30 })).filter((_, n) => n % 3 === 0)
    const ratings = likes.map((itemId, n) => ({ itemId, value: n % 4 === 0 ? 2 : 5 }))
    const anonymous = await list({ ratings, limit: 100, explain: true })
    expect(anonymous.strategy).toBe('fold-in')
    const after = await rate(ratings.map((rating) => ({ ...rating, userId: 'stored' })))
    const stored = await recommendations('stored', { limit: 100, after, wait: 10_000 })
    expectSameList(anonymous, stored)

    const liked = ratings.filter(({ value }) => value >= 4).map(({ itemId }) => itemId)
    for (const { itemId, reasons = [] } of anonymous.items)
      for (const reason of reasons) expect(liked, itemId).toContain(reason.itemId)

    const items = idsOf(anonymous).toReversed()
    const ranked = await v1.rank.$post({ json: { ratings, items } })
    expect(scoresOf((await ranked.json()) as List)).toEqual(scoresOf(anonymous))
  })

  it('of at most five likes is explained whole', async () => {
    const { list, popular } = asked()
    const ratings = idsOf(await popular({ limit: 4 })).map((itemId) => ({ itemId, value: 5 }))
    const { items } = await list({ ratings, limit: 50, explain: true })
    for (const { score, reasons = [], itemId } of items) {
      expectNear(contributions(reasons), score, itemId)
    }
  })

  it('is answered what is popular where it likes nothing, and tells what nobody knows', async () => {
    const { list, popular } = asked()
    const ratings = [{ itemId: 'unheard of', value: 5 }]
    const answer = await list({
      ratings,
      exclude: ['never seen'],
      pin: [{ itemId: 'not there', position: 0 }],
      limit: 5,
    })
    expect(answer.strategy).toBe('popular')
    expect(answer.ignored?.toSorted()).toEqual(['never seen', 'not there', 'unheard of'])
    expect(idsOf(answer)).toEqual(idsOf(await popular({ limit: 5 })))
  })

  it('beside a user adds to what they have rated, for this answer', async () => {
    const { data, list, ratingsOf, rate, recommendations } = asked()
    const userId = data.users[300] as string
    const before = await recommendations(userId, { limit: 50 })
    const [itemId = '', disliked = ''] = idsOf(before)
    const ratings = [
      { itemId, value: 5 },
      { itemId: disliked, value: 1 },
    ]
    const answer = await list({ userId, ratings, limit: 50 })
    expect((await ratingsOf(userId)).has(itemId)).toBe(false)
    expect((await recommendations(userId, { limit: 50 })).items).toEqual(before.items)
    const after = await rate(ratings.map((rating) => ({ ...rating, userId })))
    expectSameList(answer, await recommendations(userId, { limit: 50, after, wait: 10_000 }))
  })
})

describe('an item at hand', () => {
  it("draws a known user's list to what is like it, and is not in it", async () => {
    const { data, recommendations, similar, list } = asked()
    const userId = data.users[20] as string
    const plain = await recommendations(userId, { limit: 1000 })
    const contextItemId = idsOf(plain)[300] as string
    const answer = await recommendations(userId, { limit: 1000, contextItemId })
    expect(answer.strategy).toBe('fold-in')
    expect(idsOf(answer)).not.toContain(contextItemId)
    const near = idsOf(await similar(contextItemId, { limit: 50 }))
    const among = (answered: List) =>
      idsOf(answered)
        .slice(0, 100)
        .filter((itemId) => near.includes(itemId)).length
    expect(among(answer)).toBeGreaterThan(among(plain))
    expect((await list({ userId, contextItemId, limit: 1000 })).items).toEqual(answer.items)
  })

  it("is what a new user's list is like", async () => {
    const { list, popular, similar } = asked()
    const [contextItemId = ''] = idsOf(await popular())
    const answer = await list({ userId: 'nobody', contextItemId, limit: 20 })
    expect(answer.strategy).toBe('similar')
    expect(answer.items).toEqual((await similar(contextItemId, { limit: 20 })).items)
  })
})
