import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  generationOf,
  itemIdsOf,
  openTestGateway,
  type TestGateway,
  tokenOf,
  writePositives,
  writeUser,
} from './gateway.fixture.ts'

const generation = generationOf('g1', { a: [1, 0], b: [0.9, 0.1], c: [0, 1], d: [0.1, 0.9] })

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
  gateway.serve(generation)
  await writeUser(gateway.state, 'u', { a: 5 }, { vector: [1, 0], generation: 'g1' })
})
afterEach(() => gateway.stop())

const LIST = '/v1/users/u/recommendations'
const etagOf = async (path = LIST): Promise<string> => (await gateway.get(path)).headers.get('etag') as string
const ask = (etag: string, path = LIST) => gateway.send('GET', path, undefined, { 'if-none-match': etag })

it('is not sent again while it stays the same, and has another id each time it is', async () => {
  const first = await gateway.get(LIST)
  const second = await gateway.get(LIST)
  expect(second.headers.get('etag')).toBe(first.headers.get('etag'))
  expect({ ...(second.body as object), recommendationId: '' }).toEqual({
    ...(first.body as object),
    recommendationId: '',
  })
  expect(second.body).not.toMatchObject({
    recommendationId: (first.body as { recommendationId: string }).recommendationId,
  })
  expect(await ask(first.headers.get('etag') as string)).toMatchObject({ status: 304, body: '' })
})

it('is the same in another process that serves the same', async () => {
  const other = await openTestGateway({ state: gateway.state })
  try {
    other.serve(generation)
    for (const path of [LIST, `${LIST}?limit=1`])
      expect((await other.get(path)).headers.get('etag')).toBe(await etagOf(path))
  } finally {
    await other.close()
  }
})

it('is the same after a wait for a write, and is sent again while it does not show the write', async () => {
  // What stands there of `a` is this event.
  await gateway.send('PUT', '/v1/users/u/ratings/a', { value: 5 })
  const token = tokenOf(await gateway.send('PUT', '/v1/users/u/ratings/b', { value: 5 }))
  const etag = await etagOf()
  const waiting = `${LIST}?after=${token}&wait=0`
  const early = await ask(etag, waiting)
  expect(early).toMatchObject({ status: 200, body: { freshness: { satisfied: false } } })
  await writeUser(gateway.state, 'u', { a: 5, b: 5 }, { appliedOffset: 1 })
  const shown = await ask(etag, waiting)
  expect(shown).toMatchObject({ status: 200, body: { freshness: { satisfied: true } } })
  expect(itemIdsOf(shown)).not.toContain('b')
  const now = shown.headers.get('etag') as string
  expect((await ask(now)).status).toBe(304)
  expect((await ask(now, waiting)).status).toBe(304)
})

it('is no older one after a read that waited for a write, though word of it is still on its way', async () => {
  const { log, state } = gateway
  const changes: typeof state.changes = (listener) =>
    state.changes((change) => void (change.type === 'user' || listener(change)))
  const other = await openTestGateway({ log, state: { ...state, changes } })
  try {
    other.serve(generation)
    // Kept from the second time on.
    for (let n = 0; n < 2; n++) expect(itemIdsOf(await other.get(LIST))).toEqual(['b', 'd', 'c'])
    const token = tokenOf(await other.send('PUT', '/v1/users/u/ratings/b', { value: 5 }))
    await writeUser(state, 'u', { a: 5, b: 5 }, { appliedOffset: 1 })
    expect(itemIdsOf(await other.get(LIST))).toContain('b')
    expect(itemIdsOf(await other.get(`${LIST}?after=${token}`))).not.toContain('b')
    expect(itemIdsOf(await other.get(LIST))).not.toContain('b')
  } finally {
    await other.close()
  }
})

it.each<[string, () => Promise<unknown> | unknown]>([
  ['the user rates', () => writeUser(gateway.state, 'u', { a: 5, b: 5 }, { appliedOffset: 1 })],
  ['another model is served', () => gateway.serve(generationOf('g2', { a: [0, 1], c: [0, 1], d: [1, 0] }))],
  ['an item is deleted', () => gateway.send('DELETE', '/v1/items/b')],
  ['an item is described', () => gateway.send('PUT', '/v1/items/b', { title: 'B', genres: [] })],
])('is another one when %s', async (_, change) => {
  const etag = await etagOf()
  await change()
  await gateway.settled()
  expect((await ask(etag)).status).toBe(200)
})

it('follows the stream where it is nobody’s own', async () => {
  const path = '/v1/users/nobody/recommendations?limit=1'
  const before = itemIdsOf(await gateway.get(path))
  expect(before).toEqual(['a'])
  await writePositives(gateway.state, 0, { d: 9 })
  await expect.poll(async () => itemIdsOf(await gateway.get(path))).toEqual(['d'])
})

it('tells the list of one address from that of another', async () => {
  const whole = await gateway.get(`${LIST}?limit=3`)
  const part = await gateway.get(`${LIST}?limit=1`)
  expect(itemIdsOf(whole)).toHaveLength(3)
  expect(itemIdsOf(part)).toHaveLength(1)
  expect(part.headers.get('etag')).not.toBe(whole.headers.get('etag'))
})
