import { describe, expect, it, vi } from 'vitest'
import { idsOf } from '../infra/system.fixture.ts'
import { answerOf } from './client.ts'
import { expectSameList, likedBy, likesOf, systemWithDataset } from './dataset.fixture.ts'
import { eventsOf } from './event-stream.fixture.ts'

const asked = systemWithDataset()

/** Somebody with ten popular likes. @returns the token of the last */
async function newUser(userId: string): Promise<string> {
  const liked = idsOf(await asked().popular({ limit: 10 }))
  return asked().rate(liked.map((itemId) => ({ userId, itemId, value: 5 })))
}

describe('a read with `after`', () => {
  it('shows a rating that was just posted, put or withdrawn', async () => {
    const { recommendations, rate, ratingsOf, v1 } = asked()
    const userId = 'reads their writes'
    const first = await recommendations(userId, { after: await newUser(userId), wait: 10_000 })
    expect(first).toMatchObject({ strategy: 'fold-in', freshness: { satisfied: true } })
    for (let round = 0; round < 10; round++) {
      const before = await recommendations(userId, { limit: 5 })
      const [itemId = ''] = idsOf(before)
      const param = { userId, itemId }
      const token =
        round % 2 === 0
          ? await rate({ userId, itemId, value: 1 })
          : (await answerOf(v1.users[':userId'].ratings[':itemId'].$put({ param, json: { value: 1 } }))).token
      const rated = await recommendations(userId, { limit: 5, after: token, wait: 10_000 })
      expect(rated.freshness).toEqual({ satisfied: true })
      expect(idsOf(rated)).not.toContain(itemId)
      expect((await ratingsOf(userId)).get(itemId)).toBe(1)

      const withdrawn = await answerOf(v1.users[':userId'].ratings[':itemId'].$delete({ param }))
      const again = await recommendations(userId, { limit: 5, after: withdrawn.token, wait: 10_000 })
      expectSameList(again, before)
    }
  })

  it('answers what there is when it does not wait, and refuses what is no token', async () => {
    const { recommendations, rate } = asked()
    const [itemId = ''] = idsOf(await recommendations('impatient'))
    const token = await rate({ userId: 'impatient', itemId, value: 1 })
    const early = await recommendations('impatient', { after: token, wait: 0 })
    // The rating may be in by then. If not, the list may have it all the same: it is made after that was asked.
    if (early.freshness?.satisfied) expect(idsOf(early)).not.toContain(itemId)
    else expect(early.freshness).toEqual({ satisfied: false })
    await recommendations('impatient', { after: token, wait: 10_000 })
    const late = await recommendations('impatient', { after: token, wait: 0 })
    expect(late.freshness).toEqual({ satisfied: true })
    expect(idsOf(late)).not.toContain(itemId)
    await expect(recommendations('impatient', { after: 'no token' })).rejects.toMatchObject({
      status: 400,
      problem: { errors: [{ path: 'after' }] },
    })
  })
})

describe('a list with an ETag', () => {
  const get = (userId: string, etag?: string) =>
    asked().v1.users[':userId'].recommendations.$get(
      { param: { userId }, query: { limit: 20 } },
      { headers: etag === undefined ? {} : { 'if-none-match': etag } },
    )
  const etagOf = (answer: { headers: Headers }): string => answer.headers.get('etag') ?? 'none'

  it('is sent once, until the user rates or the model changes; each answer has an id of its own', async () => {
    const userId = 'has it already'
    await asked().recommendations(userId, { after: await newUser(userId), wait: 10_000 })
    const first = await get(userId)
    const second = await get(userId)
    expect(etagOf(second)).toBe(etagOf(first))
    const [one, other] = [await answerOf(first), await answerOf(second)]
    expect(other.recommendationId).not.toBe(one.recommendationId)
    expect(other.items).toEqual(one.items)
    const same = await get(userId, etagOf(first))
    expect([same.status, await same.text()]).toEqual([304, ''])

    const after = await asked().rate({ userId, itemId: one.items[0]?.itemId as string, value: 1 })
    await asked().recommendations(userId, { after, wait: 10_000 })
    const changed = await get(userId, etagOf(first))
    expect(changed.status).toBe(200)
    expect(idsOf(await answerOf(changed))).not.toEqual(idsOf(one))
    expect((await get(userId, etagOf(changed))).status).toBe(304)

    const generation = await asked().rebuild()
    const rebuilt = await get(userId, etagOf(changed))
    expect(await answerOf(rebuilt)).toMatchObject({ generation })
    expect(etagOf(rebuilt)).not.toBe(etagOf(changed))
  })
})

describe('GET /v1/users/{userId}/recommendations/stream', () => {
  it('tells the list, and again what it is after a rating and with another model', async () => {
    const { data, url, rate, rebuild, recommendations } = asked()
    const userId = data.users[150] as string
    const stream = eventsOf(await fetch(`${url}/v1/users/${userId}/recommendations/stream?limit=20`))
    const { answer: first } = await stream.nextList()
    expect(first.items).toEqual((await recommendations(userId, { limit: 20 })).items)

    const [itemId = ''] = idsOf(first)
    await rate({ userId, itemId, value: 1 })
    const { answer: second } = await stream.nextList()
    expect(idsOf(second)).toEqual([...idsOf(first).slice(1), expect.any(String)])

    const generation = await rebuild()
    const { answer: third } = await stream.nextList()
    expect(third).toMatchObject({ strategy: 'fold-in', generation })
    await stream.cancel()
  })
})

describe('GET /v1/users/{userId}/similar and DELETE /v1/users/{userId}', () => {
  const similarTo = async (userId: string, query: { limit?: number; skip?: number } = {}) =>
    (await answerOf(asked().v1.users[':userId'].similar.$get({ param: { userId }, query }))).users

  it('answers the users of most similar taste, and says about the same of both', async () => {
    const { data } = asked()
    for (const userId of data.users.slice(100, 105)) {
      const users = await similarTo(userId, { limit: 20 })
      const scores = users.map(({ score }) => score)
      expect(scores).toEqual(scores.toSorted((x, y) => y - x))
      expect(Math.max(...scores)).toBeLessThan(1.0001)
      expect(users.map((user) => user.userId)).not.toContain(userId)
      expect(await similarTo(userId, { skip: 5, limit: 5 })).toEqual(users.slice(5, 10))
      const [nearest] = users
      const back = (await similarTo(nearest?.userId as string, { limit: 1000 })).find((user) => user.userId === userId)
      // The sample has users as they were trained on, a few of their ratings left out; who asks comes with all of them.
      expect(Math.abs((back?.score ?? 0) - (nearest?.score ?? 0))).toBeLessThan(0.2)
    }
  })

  it('knows nothing of a user who was erased, from then on', async () => {
    const { data, popular, recommendations, ratingsOf, v1 } = asked()
    const [userId = ''] = data.users.slice(200)
    const [{ userId: erased } = { userId: '' }] = await similarTo(userId)
    const tenPopular = idsOf(await popular({ limit: 10 }))
    const before = await recommendations(erased)
    expect(before.strategy).toBe('fold-in')
    const { token, erasureId } = await answerOf(v1.users[':userId'].$delete({ param: { userId: erased } }))
    expect(erasureId).toEqual(expect.any(String))
    const after = await recommendations(erased, { after: token, wait: 10_000 })
    expect(after).toMatchObject({ strategy: 'popular', freshness: { satisfied: true } })
    expect((await ratingsOf(erased)).size).toBe(0)
    expect((await similarTo(userId, { limit: 1000 })).map((user) => user.userId)).not.toContain(erased)
    expect(await similarTo(erased)).toEqual([])
    // Nor do lists count what they liked. (What the users of other tests like is left out.)
    const theirs = likedBy(data, erased).filter((itemId) => !tenPopular.includes(itemId))
    const likes = likesOf(data, (by) => by !== erased)
    await vi.waitFor(async () => {
      const { items } = await popular({ limit: 1000 })
      const counted = items.filter(({ itemId }) => theirs.includes(itemId))
      expect(counted).not.toEqual([])
      for (const { itemId, score } of counted) expect(score).toBe(likes.get(itemId))
    })
  })
})
