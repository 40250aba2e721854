import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { faultPathsOf, itemIdsOf, openTestGateway, type TestGateway, writePositives } from './gateway.fixture.ts'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
})
afterEach(() => gateway.stop())

const heat = { title: 'Heat', genres: ['Crime', 'Thriller'] }

describe('one item', () => {
  it('is described, read back at once, replaced whole, and deleted', async () => {
    const full = {
      ...heat,
      year: 1995,
      poster: 'https://example.org/heat.jpg',
      attributes: { minutes: 170, cast: ['Al', 'Bob'] },
    }
    expect(await gateway.send('PUT', '/v1/items/m1', full)).toMatchObject({ status: 202, body: { accepted: 1 } })
    const found = await gateway.get('/v1/items/m1')
    expect(found.body).toEqual({
      ...full,
      itemId: 'm1',
      available: true,
      updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    })
    await gateway.send('PUT', '/v1/items/m1', heat)
    expect((await gateway.get('/v1/items/m1')).body).not.toHaveProperty('year')
    expect((await gateway.send('DELETE', '/v1/items/m1')).status).toBe(202)
    expect(await gateway.get('/v1/items/m1')).toMatchObject({ status: 404, body: { type: '/docs#not-found' } })
  })

  it.each([
    ['an unknown field', { ...heat, rating: 5 }, 'rating'],
    ['no title', { genres: [] }, 'title'],
    ['an empty title', { ...heat, title: '' }, 'title'],
    ['genres in one text', { ...heat, genres: 'Crime|Thriller' }, 'genres'],
    ['a genre that lists cannot carry', { ...heat, genres: ['Crime|Thriller'] }, 'genres[0]'],
    ['a million genres', { ...heat, genres: new Array(1_000_000).fill(1) }, 'genres'],
    ['a year that is none', { ...heat, year: 1995.5 }, 'year'],
    ['a year of no calendar', { ...heat, year: 1e300 }, 'year'],
    ['a poster that is no web address', { ...heat, poster: 'javascript:alert(1)' }, 'poster'],
    ['a nested attribute', { ...heat, attributes: { cast: { lead: 'Al' } } }, 'attributes.cast'],
    ['attributes over 16 KiB', { ...heat, attributes: { plot: 'x'.repeat(17_000) } }, 'attributes'],
  ])('is refused with %s', async (_, body, path) => {
    const answer = await gateway.send('PUT', '/v1/items/m1', body)
    expect(answer.status).toBe(400)
    expect(faultPathsOf(answer)).toEqual([path])
  })

  it('is refused with every fault at once', async () => {
    const misfits = { cast: { lead: 'Al' }, budget: null, plot: 'x'.repeat(17_000) }
    const body = { title: '', genres: ['Crime|Thriller', 'Drama', 7], year: -1, poster: 'nowhere', attributes: misfits }
    const paths = [
      'title',
      'genres[0]',
      'genres[2]',
      'year',
      'poster',
      'attributes.cast',
      'attributes.budget',
      'attributes',
    ]
    expect(faultPathsOf(await gateway.send('PUT', '/v1/items/m1', body))).toEqual(paths)
    expect(faultPathsOf(await gateway.send('POST', '/v1/items', { itemId: '', ...body }))).toEqual(['itemId', ...paths])
  })

  it('may not be called as a route beside items is', async () => {
    expect((await gateway.send('PUT', '/v1/items/trending', heat)).status).toBe(405)
    expect((await gateway.send('POST', '/v1/items', [{ itemId: 'trending', ...heat }])).status).toBe(400)
  })
})

describe('POST /v1/items', () => {
  it('takes an array whole or not at all', async () => {
    const refused = await gateway.send('POST', '/v1/items', [
      { itemId: 'm1', ...heat },
      { itemId: 'm2', ...heat, poster: 'nowhere' },
    ])
    expect(refused.status).toBe(400)
    expect(faultPathsOf(refused)).toEqual(['[1].poster'])
    expect((await gateway.get('/v1/items/m1')).status).toBe(404)
    const taken = await gateway.send('POST', '/v1/items', [{ itemId: 'm1', ...heat }])
    expect(taken).toMatchObject({ status: 202, body: { accepted: 1 } })
    expect((await gateway.get('/v1/items/m1')).status).toBe(200)
  })

  it('takes the lines that fit', async () => {
    const body = `${JSON.stringify({ itemId: 'm1', ...heat })}\n${JSON.stringify({ itemId: 'm2' })}\n`
    const answer = await gateway.send('POST', '/v1/items', body, { 'content-type': 'application/x-ndjson' })
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1, rejectedCount: 1, rejected: [{ line: 2 }] } })
    expect(itemIdsOf(await gateway.get('/v1/items'))).toEqual(['m1'])
  })
})

describe('GET /v1/items', () => {
  beforeEach(async () => {
    await gateway.send('POST', '/v1/items', [
      { itemId: '1', title: 'Iron Man', genres: ['Action', 'Sci-Fi'] },
      { itemId: '2', title: 'The Man in the Iron Mask', genres: ['Drama'] },
      { itemId: '3', title: 'Amélie', genres: ['Comedy'] },
      { itemId: '4', title: 'Environment', genres: ['Documentary'] },
      { itemId: '5', title: 'Iron Giant, The', genres: ['Animation'], available: false },
    ])
  })

  it('finds by the beginning of a word', async () => {
    expect(itemIdsOf(await gateway.get('/v1/items?query=iron'))).toEqual(['1', '2'])
    expect(itemIdsOf(await gateway.get('/v1/items?query=iron%20ma'))).toEqual(['1', '2'])
    expect(itemIdsOf(await gateway.get('/v1/items?query=AMELIE'))).toEqual(['3'])
    expect(itemIdsOf(await gateway.get('/v1/items?query=ron'))).toEqual([])
  })

  it('lists the most popular first, as soon as it is', async () => {
    expect(itemIdsOf(await gateway.get('/v1/items?query=i'))).toEqual(['1', '2'])
    await writePositives(gateway.state, 3, { 2: 5, 4: 7 })
    const current = { timeout: 5_000, interval: 50 }
    await vi.waitFor(async () => expect(itemIdsOf(await gateway.get('/v1/items?query=i'))).toEqual(['2', '1']), current)
    expect(itemIdsOf(await gateway.get('/v1/items'))).toEqual(['4', '2', '3', '1'])
  })

  it('puts a title that is the query before others that are more popular', async () => {
    await gateway.send('PUT', '/v1/items/6', { title: 'Iron', genres: [] })
    await writePositives(gateway.state, 3, { 1: 5 })
    expect(itemIdsOf(await gateway.get('/v1/items?query=iron&limit=2'))).toEqual(['6', '1'])
  })

  it('keeps to a genre, and pages', async () => {
    expect(itemIdsOf(await gateway.get('/v1/items?genre=sci-fi'))).toEqual(['1'])
    const whole = itemIdsOf(await gateway.get('/v1/items'))
    // Nobody rated any of them: by title.
    expect(whole).toEqual(['3', '4', '1', '2'])
    expect(itemIdsOf(await gateway.get('/v1/items?skip=1&limit=2'))).toEqual(whole.slice(1, 3))
  })
})

describe('the catalogue', () => {
  it('passes over records that are no items', async () => {
    await gateway.log.append('items', [{ key: 'broken', value: Buffer.from('no event') }])
    await gateway.send('PUT', '/v1/items/m1', heat)
    expect(itemIdsOf(await gateway.get('/v1/items'))).toEqual(['m1'])
  })
})
