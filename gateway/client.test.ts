import fc from 'fast-check'
import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest'
import { checkId } from '../models/events/validation.ts'
import { readApiKeys, sha256 } from './api-keys.ts'
import { AnswerError, answerOf, type Client, createClient } from './client.ts'
import { generationOf, openTestGateway, type TestGateway } from './gateway.fixture.ts'
import { type Serving, serveGateway } from './server.ts'

const KEY = 'secret'
let gateway: TestGateway
let serving: Serving
let client: Client
beforeAll(async () => {
  const keys = readApiKeys(`web:ingest+read:${sha256(KEY).toString('hex')}`)
  gateway = await openTestGateway({ settings: { apiKeys: { current: () => keys } } })
  gateway.serve(generationOf('g1', { romance: [1, 0], action: [0, 1], both: [1, 1] }))
  serving = await serveGateway(gateway.app, { host: '127.0.0.1', port: 0 })
  client = createClient(serving.address, { key: KEY })
})
afterAll(async () => {
  await serving.close()
  await gateway.stop()
})

it('writes and reads, by the types of the routes', async () => {
  const { v1 } = client
  const described = { title: 'Heat', genres: ['Action'], attributes: { lengthMinutes: 170 } }
  await answerOf(v1.items[':itemId'].$put({ param: { itemId: 'action' }, json: described }))
  const { accepted, token } = await answerOf(
    v1.ratings.$post({ json: [{ userId: 'ann', itemId: 'romance', value: 5, occurredAt: '2026-01-01T00:00:00Z' }] }),
  )
  expectTypeOf(token).toEqualTypeOf<string>()
  expect(accepted).toBe(1)
  const { items, generation } = await answerOf(v1.items[':itemId'].similar.$get({ param: { itemId: 'action' } }))
  expectTypeOf(items[0]?.score).toEqualTypeOf<number | undefined>()
  expect(generation).toBe('g1')
  expect(items.map(({ itemId }) => itemId)).toEqual(['both', 'romance'])
})

it('takes numbers, flags and lists for what they are', async () => {
  const list = await answerOf(
    client.v1.users[':userId'].recommendations.$get({
      param: { userId: 'nobody' },
      query: { limit: 5, exclude: ['romance', 'both'], includeKnown: true, wait: 0 },
    }),
  )
  expect(list.strategy).toBe('popular')
  expect(list.items.map(({ itemId }) => itemId)).toEqual(['action'])
  const { items } = await answerOf(
    client.v1.items[':itemId'].similar.$get({ param: { itemId: 'romance' }, query: { limit: 1 } }),
  )
  expect(items).toHaveLength(1)
})

it('does not compile what no route takes', () => {
  // Never called: the compiler is what looks at it.
  const wrong = ({ v1 }: Client) => [
    // @ts-expect-error there is no such route
    v1.nothing.$get(),
    // @ts-expect-error the id is missing
    v1.items[':itemId'].$get(),
    // @ts-expect-error a value is a number
    v1.ratings.$post({ json: { userId: 'ann', itemId: '1', value: 'five' } }),
    // @ts-expect-error so is a limit
    v1.items.$get({ query: { limit: true } }),
  ]
  expect(wrong).toBeTypeOf('function')
})

it('says what the gateway said of a failure', async () => {
  const asked = client.v1.items[':itemId'].$get({ param: { itemId: 'unheard of' } })
  const failure = await answerOf(asked).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(AnswerError)
  expect(failure).toMatchObject({
    status: 404,
    message: expect.stringContaining("no item 'unheard of'"),
    problem: { type: '/docs#not-found' },
  })
  const stranger = createClient(serving.address)
  expect((await stranger.v1.items.$get()).status).toBe(401)
  expect((await stranger.livez.$get()).status).toBe(200)
  expect((await client.v1.admin.status.$get()).status).toBe(403)
})

it('asks for any id as it is', async () => {
  const ids = fc.oneof(
    fc.constantFrom('a/b', '/', '?x=1', '#', '%2F', ':itemId', 'a b', '...', 'é', '\u{1F600}'),
    fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
  )
  await fc.assert(
    fc.asyncProperty(ids, async (userId) => {
      // A blank in a path is taken for a mistake, which on the log it would not be.
      fc.pre(checkId('user', userId) === undefined && userId.trim() !== '')
      const answer = await client.v1.users[':userId'].ratings[':itemId'].$put({
        param: { userId, itemId: userId },
        json: { value: 3 },
      })
      // Of the routes that put something only this one takes a value. An item may not be called 'popular'.
      expect(answer.status).toBe(checkId('item', userId) === undefined ? 202 : 400)
    }),
    { numRuns: 50 },
  )
})

it.each(['', '.', '..'])('refuses %j, which a path would take for a step', (userId) => {
  expect(() => client.v1.users[':userId'].$delete({ param: { userId } })).toThrow(TypeError)
})

it('asks a gateway of this process without a socket', async () => {
  const near = createClient('http://localhost', { key: KEY, fetch: gateway.app.request as typeof fetch })
  expect(await answerOf(near.v1.items.popular.$get({ query: { limit: 3 } }))).toMatchObject({ strategy: 'popular' })
})
