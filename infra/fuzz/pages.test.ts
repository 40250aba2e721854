import { afterAll, beforeAll, expect } from 'vitest'
import {
  type Answer,
  generationOf,
  openTestGateway,
  type TestGateway,
  writeUser,
} from '../../gateway/gateway.fixture.ts'
import { fuzzAsync } from './fuzz.fixture.ts'

const LIST = '/v1/users/u/recommendations'
const ITEMS = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`i${n}`, [1 - n / 40, 0.1] as const]))
/** Where the ids of pages that the gateway gave come to stand. */
const ids: Buffer[] = []

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
  gateway.serve(generationOf('g', ITEMS))
  await writeUser(gateway.state, 'u', { i0: 5 })
  for (const query of ['limit=2', 'limit=3&exclude=i4&exclude=i5', 'limit=1&includeKnown=true&explain=true']) {
    for (let path = `${LIST}?${query}`, n = 0; n < 3; n++) {
      const { nextPage } = (await gateway.get(path)).body as { nextPage: string }
      ids.push(Buffer.from(nextPage), Buffer.from(nextPage, 'base64url'))
      path = `${LIST}?page=${nextPage}`
    }
  }
})
afterAll(() => gateway.stop())

/** Of an id that was changed as the text it is, or as what it says in base64. */
const idOf = (record: Buffer, base: number): string => record.toString(base % 2 ? 'base64url' : 'utf8')

fuzzAsync('ids of pages', 10, ids, async (record, base) => {
  const { status, body }: Answer = await gateway.get(`${LIST}?page=${encodeURIComponent(idOf(record, base))}`)
  expect([200, 400, 410], JSON.stringify(body)).toContain(status)
  if (status !== 200) return true
  const { items } = body as { items: { itemId: string; score: number }[] }
  expect(new Set(items.map(({ itemId }) => itemId)).size).toBe(items.length)
  expect(items.every(({ itemId, score }) => itemId in ITEMS && Number.isFinite(score))).toBe(true)
  return false
})
