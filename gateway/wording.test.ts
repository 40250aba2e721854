import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestGateway, type TestGateway } from './gateway.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
})
afterAll(() => gateway.stop())

const good = { userId: 'u', itemId: 'i', value: 4 }
const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([other]) => other !== name))

it.each<[what: string, body: unknown, message: string]>([
  ['a field is missing', without('value'), 'Missing: expected a number'],
  ['a text that is missing', without('userId'), 'Missing: expected a string'],
  ['another type', { ...good, value: '4' }, 'Expected a number, not a string'],
  ['null', { ...good, userId: null }, 'Expected a string, not null'],
  ['a list', { ...good, userId: [] }, 'Expected a string, not a list'],
  ['too small a number', { ...good, value: 0.1 }, 'Expected at least 0.5, not 0.1'],
  ['too great a number', { ...good, value: 6 }, 'Expected at most 5, not 6'],
  ['no UUID', { ...good, eventId: 'x' }, 'Expected a UUID'],
  ['an id that is empty', { ...good, userId: '' }, 'Is empty'],
  ['an id that is blank', { ...good, userId: ' \u3000' }, 'Is blank'],
  ['an unknown field', { ...good, stars: 4 }, 'Unknown field'],
  ['no object', 4, 'Expected an object, or a list of objects'],
])('a fault is told in plain words: %s', async (_, body, message) => {
  const answer = await gateway.send('POST', '/v1/ratings', JSON.stringify(body), {
    'content-type': 'application/json',
  })
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ message }] } })
})

it.each<[path: string, body: unknown, message: string]>([
  ['/v1/recommendations', { limit: 1.5 }, 'Expected a whole number'],
  ['/v1/recommendations', { limit: 0 }, 'Expected at least 1, not 0'],
  ['/v1/recommendations', { explain: 'yes' }, 'Expected true or false, not a string'],
  ['/v1/recommendations', { userIds: ['u'], groupMode: 'best' }, 'Expected average or leastMisery'],
  ['/v1/recommendations', [], 'Expected an object, not a list'],
  ['/v1/rank', { items: 'a' }, 'Expected a list, not a string'],
])('and so is one of a question: %s %j', async (path, body, message) => {
  const answer = await gateway.send('POST', path, body)
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ message }] } })
})

it('and of a parameter', async () => {
  const trend = await gateway.get('/v1/items/trending?window=2d')
  expect(trend).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'window', message: 'Expected 1d, 7d or 30d' }] },
  })
})

it.each([
  ['GET', '/v1/users/%20/recommendations'],
  ['GET', '/v1/users/%20/ratings'],
  ['GET', '/v1/items/%E3%80%80'],
  ['PUT', '/v1/users/u/ratings/%20%20'],
  ['DELETE', '/v1/users/%20'],
])('a blank id names nobody and nothing: %s %s', async (method, path) => {
  const answer = await gateway.send(method, path, method === 'PUT' ? { value: 4 } : undefined)
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ message: 'Is blank' }] } })
})
