import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { silent } from '../../infra/logging.ts'
import { followCatalogue } from '../catalogue.ts'
import { generationOf, itemIdsOf, openTestGateway, type TestGateway, writePositives } from '../gateway.fixture.ts'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
})
afterEach(() => gateway.stop())

const heat = { title: 'Heat', genres: ['Crime'] }
const remove = (itemId: string) => gateway.send('DELETE', `/v1/items/${itemId}`)

it('is refused for what nobody knows, which leaves no trace', async () => {
  expect(await remove('nothing')).toMatchObject({ status: 404, body: { type: '/docs#not-found' } })
  expect(await gateway.log.ends('items')).toEqual([0])
  await gateway.send('PUT', '/v1/items/m1', heat)
  expect((await remove('m1')).status).toBe(202)
  expect((await remove('m1')).status).toBe(404)
  await gateway.send('PUT', '/v1/items/m1', heat)
  expect((await remove('m1')).status).toBe(202)
})

it('is taken for an item that the model or the stream knows, though nobody described it', async () => {
  gateway.serve(generationOf('g1', { a: [1, 0], b: [0, 1] }))
  await writePositives(gateway.state, 3, { rated: 5 })
  expect(itemIdsOf(await gateway.get('/v1/items/popular'))).toContain('rated')
  expect([(await remove('a')).status, (await remove('rated')).status]).toEqual([202, 202])
  expect(itemIdsOf(await gateway.get('/v1/items/popular'))).not.toContain('rated')
  expect((await gateway.get('/v1/items/a/similar')).status).toBe(404)
})

it('is taken for an item that another process took a moment ago', async () => {
  const LATE_MS = 50
  const { log } = gateway
  const lateLog: typeof log = {
    ...log,
    tail: (topic, deliver) => log.tail(topic, (records) => void sleep(LATE_MS).then(() => deliver(records))),
  }
  const late = await followCatalogue(lateLog, silent)
  onTestFinished(late.close)
  const other = await openTestGateway({ log, catalogue: late })
  onTestFinished(other.stop)
  await gateway.send('PUT', '/v1/items/m1', heat)
  expect((await other.get('/v1/items/m1')).status).toBe(404)
  expect((await other.send('DELETE', '/v1/items/m1')).status).toBe(202)
  expect((await other.send('DELETE', '/v1/items/m1')).status).toBe(404)
})

it('is taken when it cannot be found out in time whether another process took the item', async () => {
  const { log } = gateway
  const deaf = await followCatalogue({ ...log, tail: (topic) => log.tail(topic, () => {}) }, silent)
  onTestFinished(deaf.close)
  const other = await openTestGateway({ log, catalogue: deaf })
  onTestFinished(other.stop)
  await gateway.send('PUT', '/v1/items/m1', heat)
  expect((await other.send('DELETE', '/v1/items/m1')).status).toBe(202)
  await expect.poll(async () => (await gateway.get('/v1/items/m1')).status).toBe(404)
})
