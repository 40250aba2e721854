import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { List } from './checked-answers.fixture.ts'
import { generationOf, itemIdsOf, openTestGateway, type TestGateway, writeUser } from './gateway.fixture.ts'

const RATERS = ['ben', 'cleo', 'dan']

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
  const items = ['a', 'b', 'borrowed', 'folded'].map((itemId) => ({ itemId, title: itemId, genres: ['drama'] }))
  await gateway.send('POST', '/v1/items', items)
  gateway.serve(generationOf('g1', { a: [1, 0], b: [0, 1] }))
})
afterEach(() => gateway.stop())

/** Three people like an item that no model knows. */
async function like(itemId: string): Promise<void> {
  for (const userId of RATERS) await writeUser(gateway.state, userId, { a: 5, [itemId]: 5 })
  const raters = RATERS.map((userId, offset) => ({ userId, occurredAt: 0, offset }))
  const statistics = { count: 3, sum: 15, positives: 3, decayed: [3, 3, 3], decayedAt: 0, raters } as const
  await gateway.state.count(0, -1, 0, new Map([[itemId, statistics]]))
}

it('gives no reasons for a score that borrowed factors do not make', async () => {
  await writeUser(gateway.state, 'ada', { b: 5 })
  await vi.waitFor(async () =>
    expect(itemIdsOf(await gateway.get('/v1/users/ada/recommendations'))).toContain('borrowed'),
  )
  const asked = { items: ['a'], pin: [{ itemId: 'borrowed', position: 0 }], explain: true }
  const { body } = await gateway.send('POST', '/v1/items/similar', asked)
  expect((body as List).items[0]).toEqual({
    ...{ itemId: 'borrowed', title: 'borrowed', genres: ['drama'], isNew: true },
    ...{ score: 0, reasons: [], reasonsLeft: 0 },
  })
})

it('keeps what no model knows in every list, whichever model comes', async () => {
  await writeUser(gateway.state, 'ada', { b: 5 })
  await like('folded')
  const all = ['a', 'borrowed', 'folded']
  const list = () => gateway.get('/v1/users/ada/recommendations')
  /** Only what is folded in is like anything. */
  async function isFoldedIn(generation: string): Promise<boolean> {
    const { body } = await gateway.get('/v1/items/folded/similar')
    return (body as List).generation === generation && (body as List).items.length > 0
  }
  await vi.waitFor(async () => {
    expect(await isFoldedIn('g1')).toBe(true)
    expect(itemIdsOf(await list()).toSorted()).toEqual(all)
  })

  for (const id of ['g2', 'g3', 'g4', 'g5']) {
    gateway.serve(generationOf(id, { a: [1, 0], b: [0, 1] }))
    // Others have their turn in between.
    for (; !(await isFoldedIn(id)); await setImmediate()) expect(itemIdsOf(await list()).toSorted()).toEqual(all)
    expect(itemIdsOf(await list()).toSorted()).toEqual(all)
  }
})
