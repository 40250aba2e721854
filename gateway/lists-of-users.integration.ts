import { describe, expect, it } from 'vitest'
import { idsOf } from '../infra/system.fixture.ts'
import { answerOf } from './client.ts'
import { expectNear, likedBy, POSITIVE_FROM, scoresOf, systemWithDataset } from './dataset.fixture.ts'

const asked = systemWithDataset()

/** From who rated most to who rated least. */
const someUsers = (): string[] => {
  const { users } = asked().data
  return [0, 0.25, 0.5, 0.75, 1].map((share) => users[Math.floor(share * (users.length - 1))] as string)
}
const sum = (contributions: readonly { contribution: number }[]): number =>
  contributions.reduce((total, { contribution }) => total + contribution, 0)

describe('GET /v1/users/{userId}/recommendations', () => {
  it('answers what the user has not rated, best first', async () => {
    const { data, recommendations } = asked()
    for (const userId of someUsers()) {
      const { items, strategy } = await recommendations(userId, { limit: 100 })
      expect(strategy).toBe('fold-in')
      expect(items).toHaveLength(100)
      expect(idsOf({ items }).filter((itemId) => data.ratings.get(userId)?.has(itemId))).toEqual([])
      expect(scoresOf({ items })).toEqual(scoresOf({ items }).toSorted((x, y) => y - x))
    }
  })

  it('holds the best of all items, as /v1/rank scores them', async () => {
    const { data, recommendations, scores } = asked()
    const [userId = ''] = data.users
    const all = await scores(userId, data.items.keys())
    const best = [...all].filter(([itemId]) => !data.ratings.get(userId)?.has(itemId)).sort(([, x], [, y]) => y - x)
    const list = await recommendations(userId, { limit: 200 })
    expect(scoresOf(list)).toEqual(best.slice(0, 200).map(([, score]) => score))
  })

  it('keeps to a genre, and brings back what was rated when asked to', async () => {
    const { data, recommendations } = asked()
    const [userId = ''] = data.users
    const { items } = await recommendations(userId, { genre: 'COMEDY', limit: 50 })
    expect(items).toHaveLength(50)
    for (const { genres } of items) expect(genres).toContain('Comedy')
    const all = await recommendations(userId, { includeKnown: true, limit: 50 })
    expect(idsOf(all).filter((itemId) => data.ratings.get(userId)?.has(itemId)).length).toBeGreaterThan(25)
  })

  it('says with `explain` which likes make the score, the strongest as /explanations has them', async () => {
    const { recommendations, v1 } = asked()
    for (const userId of someUsers()) {
      const { items } = await recommendations(userId, { explain: true, limit: 5 })
      for (const { itemId, score, reasons = [], reasonsLeft = Number.NaN } of items) {
        const whole = await answerOf(v1.users[':userId'].explanations[':itemId'].$get({ param: { userId, itemId } }))
        expect(reasons.map((reason) => reason.itemId)).toEqual(idsOf(whole).slice(0, reasons.length))
        reasons.forEach(({ contribution }, n) => {
          expectNear(contribution, whole.items[n]?.contribution as number, itemId)
        })
        expectNear(sum(reasons) + reasonsLeft, score, itemId)
      }
    }
  })
})

describe('GET /v1/users/{userId}/explanations/{itemId}', () => {
  it('sums to the score in the list, over the likes of the user alone', async () => {
    const { data, recommendations, v1 } = asked()
    for (const userId of someUsers()) {
      // What the model has not seen may be on its way into lists, or out of them.
      const items = (await recommendations(userId, { limit: 1000 })).items.filter(({ isNew }) => !isNew)
      const liked = likedBy(data, userId)
      for (const { itemId, score } of [0, 1, 10, 100, 900].flatMap((place) => items[place] ?? [])) {
        const whole = await answerOf(v1.users[':userId'].explanations[':itemId'].$get({ param: { userId, itemId } }))
        expectNear(whole.score, score, itemId)
        const reasons = [...whole.items]
        while (reasons.length < whole.total) {
          const query = { skip: reasons.length }
          const more = v1.users[':userId'].explanations[':itemId'].$get({ param: { userId, itemId }, query })
          reasons.push(...(await answerOf(more)).items)
        }
        expectNear(sum(reasons), score, itemId)
        expect(liked).toEqual(expect.arrayContaining(idsOf({ items: reasons })))
      }
    }
  })

  it('knows nothing of an item that nobody knows', async () => {
    const param = { userId: '1', itemId: 'unheard of' }
    expect((await asked().v1.users[':userId'].explanations[':itemId'].$get({ param })).status).toBe(404)
  })
})

describe('GET /v1/users/{userId}/ratings', () => {
  it('answers what the user has rated, newest first', async () => {
    const { data, v1 } = asked()
    for (const userId of someUsers()) {
      const param = { userId }
      const { items } = await answerOf(v1.users[':userId'].ratings.$get({ param, query: { limit: 1000 } }))
      const theirs = data.ratings.get(userId)
      expect(items).toHaveLength(Math.min(theirs?.size ?? 0, 1000))
      for (const { itemId, value } of items) expect(value).toBe(theirs?.get(itemId))
      const times = items.map(({ occurredAt }) => Date.parse(occurredAt))
      expect(times).toEqual(times.toSorted((x, y) => y - x))
    }
  })
})

describe('POST /v1/rank and GET /v1/users/{userId}/estimates', () => {
  it('agree with the list, in their order and as asked, and tell what nobody knows', async () => {
    const { data, recommendations, rank, v1 } = asked()
    for (const userId of data.users.slice(0, 3)) {
      const { items } = await recommendations(userId, { limit: 100, skip: 20 })
      const mixed = idsOf({ items }).toSorted()
      const ranked = await rank(userId, [...mixed, 'unheard of'])
      expect(scoresOf(ranked)).toEqual(scoresOf({ items }))
      expect(ranked.ignored).toEqual(['unheard of'])
      const query = { item: ['unheard of', ...mixed] }
      const estimates = await answerOf(v1.users[':userId'].estimates.$get({ param: { userId }, query }))
      expect(idsOf(estimates)).toEqual(mixed)
      const scoreOf = new Map(items.map(({ itemId, score }) => [itemId, score]))
      for (const { itemId, score } of estimates.items) expect(score).toBe(scoreOf.get(itemId))
      expect(estimates.ignored).toEqual(['unheard of'])
    }
  })

  it('go by popularity for somebody unknown', async () => {
    const { popular, rank } = asked()
    const { items } = await popular({ limit: 20 })
    const ranked = await rank('nobody', idsOf({ items }).toSorted())
    expect(ranked.strategy).toBe('popular')
    expect(scoresOf(ranked)).toEqual(scoresOf({ items }))
  })
})

describe('GET /v1/users/{userId}/surprising', () => {
  it('answers the likes that the others foretell least', async () => {
    const { data, v1 } = asked()
    for (const userId of someUsers().slice(1)) {
      const liked = likedBy(data, userId)
      const { items } = await answerOf(
        v1.users[':userId'].surprising.$get({ param: { userId }, query: { limit: 1000 } }),
      )
      expect(scoresOf({ items })).toEqual(scoresOf({ items }).toSorted((x, y) => x - y))
      for (const { itemId, value } of items) {
        expect(value).toBeGreaterThanOrEqual(POSITIVE_FROM)
        expect(liked).toContain(itemId)
      }
      // The least of them, from all others: but for the regularization, which goes by one rating less there.
      const { itemId = '', score = 0 } = items[0] ?? {}
      const ratings = liked.filter((other) => other !== itemId).map((other) => ({ itemId: other, value: 5 }))
      const [alone] = (await answerOf(v1.rank.$post({ json: { ratings, items: [itemId] } }))).items
      expect(Math.abs((alone?.score ?? 0) - score)).toBeLessThan(0.02)
    }
  })
})
