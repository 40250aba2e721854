import { describe, expect, it, vi } from 'vitest'
import { idsOf } from '../infra/system.fixture.ts'
import { answerOf } from './client.ts'
import { type Data, expectNear, likedBy, systemWithDataset, wellKnownOf } from './dataset.fixture.ts'

/** As many factors as by default: with few of them a taste is soon like any other. */
const asked = systemWithDataset({ FACTORS: '64', EPOCHS: '8' })

describe('a user whom nobody knows', () => {
  it('gets what is popular; with an item at hand what is like it; in a genre what is trending', async () => {
    const { recommendations, popular, similar, v1 } = asked()
    const unknown = await recommendations('nobody', { limit: 20 })
    expect(unknown.strategy).toBe('popular')
    expect(unknown.items).toEqual((await popular({ limit: 20 })).items)

    const [contextItemId = ''] = idsOf(unknown)
    const atHand = await recommendations('nobody', { limit: 20, contextItemId })
    expect(atHand.strategy).toBe('similar')
    expect(atHand.items).toEqual((await similar(contextItemId, { limit: 20 })).items)

    const inGenre = await recommendations('nobody', { limit: 20, genre: 'Comedy' })
    expect(inGenre.strategy).toBe('trending')
    const query = { limit: 20, genre: 'Comedy', window: '30d' } as const
    expect(idsOf(inGenre)).toEqual(idsOf(await answerOf(v1.items.trending.$get({ query }))))
  })

  it('picks three of the hundred most popular, and gets five well-known and five less known of their taste', async () => {
    const { popular, list, data } = asked()
    const choice = idsOf(await popular({ limit: 100 }))
    expect(choice).toHaveLength(100)
    const picked = [3, 40, 77].map((place) => choice[place] as string)
    const answer = await list({ ratings: picked.map((itemId) => ({ itemId, value: 5 })), limit: 10, lessKnown: 0.5 })
    expect(answer.strategy).toBe('fold-in')
    expect(idsOf(answer).filter((itemId) => picked.includes(itemId))).toEqual([])
    const wellKnown = wellKnownOf(data)
    const isWellKnown = idsOf(answer).map((itemId) => wellKnown.has(itemId))
    expect(isWellKnown).toHaveLength(10)
    expect(isWellKnown.filter(Boolean)).toHaveLength(5)
  })
})

describe('a film that nobody knows', () => {
  it('is recommended to those who like what its raters like, from its third like on', async ({ annotate }) => {
    const { data, popular, similar, rate, recommendations, rank, describe, rebuild, v1 } = asked()
    const genre = 'Animation'
    const [seed = ''] = idsOf(await popular({ genre, limit: 1 }))
    const taste = [seed, ...idsOf(await similar(seed, { limit: 15 }))]
    const byTaste = byLiking(data, taste)
    const [raters, others, strangers] = [byTaste.slice(0, 5), byTaste.slice(5, 15), byTaste.slice(-10)]
    const likedByRaters = new Set(raters.flatMap((userId) => likedBy(data, userId)))
    const itemId = 'new film'
    const placesFor = async (userIds: readonly string[]): Promise<number[]> => {
      const lists = await Promise.all(userIds.map((userId) => recommendations(userId, { limit: 1000 })))
      for (const list of lists) expect(new Set(idsOf(list)).size).toBe(list.items.length)
      return lists.map((list) => placeOf(list, itemId)).sort((x, y) => x - y)
    }

    await describe(itemId, { title: 'A New Film', genres: [genre] })
    await vi.waitFor(
      async () => expect(await rank('1', [itemId])).toMatchObject({ items: [{ itemId, isNew: true }] }),
      {
        timeout: 15_000,
      },
    )
    const borrowed = await placesFor(others)
    for (const userId of raters.slice(0, 2)) await rate({ userId, itemId, value: 5 })
    expect(await placesFor(others)).toEqual(borrowed)

    await rate({ userId: raters[2] as string, itemId, value: 5 })
    const thirdAt = performance.now()
    const [other = ''] = others
    const list = await vi.waitFor(
      async () => {
        const found = await recommendations(other, { limit: 10 })
        expect(idsOf(found)).toContain(itemId)
        return found
      },
      { timeout: 15_000, interval: 5 },
    )
    await annotate(`recommended ${Math.round(performance.now() - thirdAt)} ms after its third like`)
    expect(list.items[placeOf(list, itemId)]).toMatchObject({ title: 'A New Film', genres: [genre], isNew: true })
    const param = { userId: other, itemId }
    const why = await answerOf(v1.users[':userId'].explanations[':itemId'].$get({ param }))
    expectNear(why.score, list.items[placeOf(list, itemId)]?.score as number)
    for (const userId of raters.slice(3)) await rate({ userId, itemId, value: 5 })

    const [folded, unmoved] = [await placesFor(others), await placesFor(strangers)]
    await annotate(`places: borrowed ${borrowed}; folded in ${folded}; for users of other tastes ${unmoved}`)
    expect(folded.filter((place) => place < 10).length).toBeGreaterThanOrEqual(others.length / 2)
    expect(medianOf(unmoved)).toBeGreaterThan(medianOf(folded))
    const near = idsOf(await similar(itemId, { limit: 20 }))
    expect(near.filter((liked) => likedByRaters.has(liked)).length).toBeGreaterThan(10)

    const generation = await rebuild()
    const after = await recommendations(other, { limit: 1000 })
    expect(after.generation).toBe(generation)
    const [ordinary] = (await rank(other, [itemId])).items
    expect(ordinary).toMatchObject({ itemId, title: 'A New Film' })
    expect(ordinary).not.toHaveProperty('isNew')
    expect((await similar(itemId)).items).toHaveLength(10)
  }, 60_000)
})

const placeOf = ({ items }: { items: readonly { itemId: string }[] }, itemId: string): number => {
  const place = items.findIndex((item) => item.itemId === itemId)
  return place < 0 ? 1000 : place
}

const medianOf = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] as number

/** Users by how much of what they like is among these items, most first. */
function byLiking(data: Data, itemIds: readonly string[]): string[] {
  const share = (userId: string): number => {
    const liked = new Set(likedBy(data, userId))
    return itemIds.filter((itemId) => liked.has(itemId)).length / Math.sqrt(liked.size + 5)
  }
  const shares = new Map(data.users.map((userId) => [userId, share(userId)]))
  return data.users.toSorted((x, y) => (shares.get(y) as number) - (shares.get(x) as number))
}
