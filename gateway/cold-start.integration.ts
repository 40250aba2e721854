import { describe, expect, it, vi } from 'vitest'
import { idsOf } from '../infra/system.fixture.ts'
import { answerOf } from './client.ts'
import { type Data, expectNear, likedBy, systemWithDataset, wellKnownOf } from './dataset.fixture.ts'

/** As many factors as by default: with few of them a taste is soon like any other. */
const asked = systemWithDataset({ FACTORS: '64', EPOCHS: '8' })

describe('a user whom nobody knows', () => {
  it('gets what is popular; with an item at hand what is like it', async () => {
    const { recommendations, popular, similar } = asked()
    const unknown = await recommendations('nobody', { limit: 20 })
    expect(unknown.strategy).toBe('popular')
    expect(unknown.items).toEqual((await popular({ limit: 20 })).items)

    const [contextItemId = ''] = idsOf(unknown)
    const atHand = await recommendations('nobody', { limit: 20, contextItemId })
    expect(atHand.strategy).toBe('similar')
    expect(atHand.items).toEqual((await similar(contextItemId, { limit: 20 })).items)

    // Nothing is a trend now: the newest rating is of years ago.
    const inGenre = await recommendations('nobody', { limit: 20, genre: 'Comedy' })
    expect(inGenre.strategy).toBe('popular')
    expect(inGenre.items).toEqual((await popular({ limit: 20, genre: 'Comedy' })).items)
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

describe('films that nobody knows', () => {
  it('are recommended to those who like what their raters like, from their third like on', async ({ annotate }) => {
    const { data, popular, similar, rate, recommendations, rank, rebuild, v1 } = asked()
    const genre = 'Animation'
    const [seed = ''] = idsOf(await popular({ genre, limit: 1 }))
    const taste = [seed, ...idsOf(await similar(seed, { limit: 15 }))]
    const byTaste = byLiking(data, taste)
    const [raters, others, strangers] = [byTaste.slice(0, 5), byTaste.slice(5, 15), byTaste.slice(-10)]
    const [liked, unliked] = [['new film', 'newer film'], 'newest film']
    const likedByRaters = new Set([...liked, ...raters.flatMap((userId) => likedBy(data, userId))])
    const films = [...liked, unliked]
    const like = (userIds: readonly string[]) =>
      rate(userIds.flatMap((userId) => liked.map((itemId) => ({ userId, itemId, value: 5 }))))
    /** Of each film, in the lists of these users, best first. */
    const placesFor = async (userIds: readonly string[]): Promise<Map<string, number[]>> => {
      const lists = await Promise.all(userIds.map((userId) => recommendations(userId, { limit: 1000 })))
      for (const list of lists) expect(new Set(idsOf(list)).size).toBe(list.items.length)
      const places = (itemId: string) => lists.map((list) => placeOf(list, itemId)).sort((x, y) => x - y)
      return new Map(films.map((itemId) => [itemId, places(itemId)]))
    }

    const described = films.map((itemId) => ({ itemId, title: `The ${itemId}`, genres: [genre] }))
    await answerOf(v1.items.$post({ json: described }))
    await vi.waitFor(async () => {
      const { items } = await rank('1', films)
      expect(items).toHaveLength(films.length)
      for (const item of items) expect(item).toMatchObject({ isNew: true })
    })
    const borrowed = await placesFor(others)
    await like(raters.slice(0, 2))
    expect(await placesFor(others)).toEqual(borrowed)

    await like(raters.slice(2, 3))
    const [other = ''] = others
    const list = await vi.waitFor(async () => {
      const found = await recommendations(other, { limit: 10 })
      expect(idsOf(found)).toEqual(expect.arrayContaining(liked))
      return found
    })
    for (const itemId of liked) {
      const item = list.items[placeOf(list, itemId)]
      expect(item).toMatchObject({ title: `The ${itemId}`, genres: [genre], isNew: true })
      const param = { userId: other, itemId }
      const why = await answerOf(v1.users[':userId'].explanations[':itemId'].$get({ param }))
      expectNear(why.score, item?.score as number)
    }
    await like(raters.slice(3))

    const [folded, unmoved] = [await placesFor(others), await placesFor(strangers)]
    for (const itemId of liked) {
      const [theirs, ofStrangers] = [folded.get(itemId) ?? [], unmoved.get(itemId) ?? []]
      await annotate(
        `places of the ${itemId}: borrowed ${borrowed.get(itemId)}; folded in ${theirs}; for users of other tastes ${ofStrangers}`,
      )
      expect(theirs.filter((place) => place < 10).length).toBeGreaterThanOrEqual(others.length / 2)
      expect(medianOf(ofStrangers)).toBeGreaterThan(medianOf(theirs))
      expect(medianOf(folded.get(unliked) ?? [])).toBeGreaterThan(medianOf(theirs))
      const near = idsOf(await similar(itemId, { limit: 20 }))
      expect(near.filter((item) => likedByRaters.has(item)).length).toBeGreaterThanOrEqual(near.length / 2)
    }

    const generation = await rebuild()
    const after = await recommendations(other, { limit: 1000 })
    expect(after.generation).toBe(generation)
    for (const itemId of liked) {
      const [ordinary] = (await rank(other, [itemId])).items
      expect(ordinary).toMatchObject({ itemId, title: `The ${itemId}` })
      expect(ordinary).not.toHaveProperty('isNew')
      expect((await similar(itemId)).items).toHaveLength(10)
    }
  })
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
