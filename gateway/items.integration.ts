import { describe, expect, it, vi } from 'vitest'
import { idsOf } from '../infra/system.fixture.ts'
import { answerOf } from './client.ts'
import { likesOf, systemWithDataset } from './dataset.fixture.ts'

const asked = systemWithDataset()

const find = async (query: { query?: string; genre?: string; limit?: number; skip?: number }) =>
  (await answerOf(asked().v1.items.$get({ query }))).items
const wordsOf = (title: string) =>
  title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
const get = (itemId: string) => asked().v1.items[':itemId'].$get({ param: { itemId } })

describe('GET /v1/items', () => {
  it('finds titles by how they, or words of theirs, begin', async () => {
    const { title } = [...asked().data.items.values()].find((item) => /^\w{5,} \w+$/.test(item.title)) ?? {
      title: 'any',
    }
    for (const typed of [title.slice(0, 2), title.slice(0, 4), 'the', 's', 'a b'].map((text) => text.toLowerCase())) {
      const found = await find({ query: typed, limit: 1000 })
      const last = typed.split(' ').at(-1) as string
      for (const { title: listed } of found)
        expect(
          wordsOf(listed).some((word) => word.startsWith(last)),
          `${typed}: ${listed}`,
        ).toBe(true)
      expect(await find({ query: typed, limit: 5, skip: 3 })).toEqual(found.slice(3, 8))
    }
  })

  it('answers the most liked first', async () => {
    const likes = likesOf(asked().data)
    // The order is made anew now and then, while it is asked for: at first it may be one from while the data were loaded.
    await vi.waitFor(async () => {
      for (const query of ['s', 'the']) {
        const others = (await find({ query, limit: 1000 })).filter(({ title }) => title.toLowerCase() !== query)
        const counts = others.map(({ itemId }) => likes.get(itemId) ?? 0)
        expect(counts).toEqual(counts.toSorted((x, y) => y - x))
      }
    })
  })

  it('finds every title by itself, whole, before all others', async () => {
    const titles = [...asked().data.items.values()].filter((_, n) => n % 500 === 0)
    for (const { title } of titles)
      expect((await find({ query: title, limit: 1 }))[0]?.title.toLowerCase()).toBe(title.toLowerCase())
  })

  it('pays no heed to case and accents, in what is stored or typed', async () => {
    await asked().describe('accents', { title: 'Ámélïe à Zürich', genres: ['Comédie'] })
    for (const query of ['amelie a zurich', 'AMÉL', 'zür', 'Zurich', 'ämelie à zu'])
      expect(idsOf({ items: await find({ query }) }), query).toContain('accents')
    expect(idsOf({ items: await find({ genre: 'COMEDIE' }) })).toEqual(['accents'])
  })
})

describe('PUT, POST, GET and DELETE of items', () => {
  it('describe them; what is deleted or hidden is in no list from the next request on', async () => {
    const { list, popular, similar, v1, describe } = asked()
    const [gone = '', hidden = '', near = ''] = idsOf(await popular({ limit: 3 }))
    const ratings = [{ itemId: near, value: 5 }]
    const [taste, alike] = [await list({ ratings, limit: 1000 }), await similar(near, { limit: 1000 })]
    for (const answer of [taste, alike]) expect(idsOf(answer)).toEqual(expect.arrayContaining([gone, hidden]))

    expect((await v1.items[':itemId'].$delete({ param: { itemId: gone } })).status).toBe(202)
    const { title, genres } = await answerOf(get(hidden))
    await describe(hidden, { title, genres, available: false })
    const lists = await Promise.all([
      popular({ limit: 1000 }),
      list({ ratings, limit: 1000 }),
      similar(near, { limit: 1000 }),
    ])
    for (const answer of lists) for (const itemId of [gone, hidden]) expect(idsOf(answer)).not.toContain(itemId)
    expect((await get(gone)).status).toBe(404)
    expect(idsOf({ items: await find({ query: title, limit: 1000 }) })).not.toContain(hidden)
    expect((await list({ ratings, limit: 1, pin: [{ itemId: gone, position: 0 }] })).ignored).toEqual([gone])

    await describe(hidden, { title, genres })
    expect(idsOf(await popular({ limit: 1000 }))).toContain(hidden)
  })

  it('take many at once, or a line each, with all their fields', async () => {
    const { v1, url } = asked()
    const described = {
      title: 'Third of its kind',
      genres: ['Drama', 'Neo-Western'],
      year: 2031,
      poster: 'https://posters.example/3.jpg',
      attributes: { minutes: 95, languages: ['English', 'Español'], isRestored: true, studio: 'Ours' },
    }
    const many = [1, 2, 3].map((n) => ({ itemId: `of many ${n}`, ...described }))
    expect(await answerOf(v1.items.$post({ json: many }))).toMatchObject({ accepted: 3 })
    expect(await answerOf(get('of many 3'))).toMatchObject({ itemId: 'of many 3', ...described, available: true })

    const body = [
      ...many.map((item) => JSON.stringify({ ...item, itemId: `line ${item.itemId}` })),
      '{"itemId":"bad"}',
    ].join('\n')
    const headers = { 'content-type': 'application/x-ndjson' }
    const answer = await fetch(`${url}/v1/items`, { method: 'POST', body, headers })
    expect([answer.status, await answer.json()]).toEqual([
      202,
      {
        accepted: 3,
        token: expect.any(String),
        rejectedCount: 1,
        rejected: [{ line: 4, errors: ['title', 'genres'].map((path) => ({ path, message: expect.any(String) })) }],
      },
    ])
    for (const { itemId } of many)
      expect(await answerOf(get(`line ${itemId}`))).toMatchObject({ ...described, available: true })
    expect((await get('bad')).status).toBe(404)
    expect(idsOf({ items: await find({ genre: 'neo-western' }) })).toHaveLength(6)
  })
})
