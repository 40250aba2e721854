import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keepViewsFresh } from './keep-views-fresh.ts'
import { silent } from './logging.ts'

const PASS_MS = 100
const analytics = {
  stored: 0,
  isErasedAhead: false,
  passes: 0,
  async refresh() {
    nowMs += PASS_MS
    this.passes++
    return { isNew: true, ms: PASS_MS, tables: [] }
  },
  hasErasureAhead: async () => analytics.isErasedAhead,
  storedEvents: async () => analytics.stored,
}
let nowMs = 0
let looks = 0
let views: { close(): Promise<void> }

/** Some ms later, and when it has been looked whether the views are to be filled. */
async function passesAfter(ms: number): Promise<number> {
  nowMs += ms
  const seen = looks + 2
  await vi.waitFor(() => expect(looks).toBeGreaterThan(seen))
  return analytics.passes
}

beforeEach(async () => {
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  Object.assign(analytics, { stored: 1_000, isErasedAhead: false, passes: 0 })
  const turn = () => {
    looks++
    return new AbortController().signal
  }
  views = keepViewsFresh(analytics, turn, silent, { lookMs: 1 })
  expect(await passesAfter(0)).toBe(1)
})
afterEach(async () => {
  await views.close()
  vi.restoreAllMocks()
})

it('takes a twenty-first part of the time', async () => {
  analytics.stored = 2_000
  expect(await passesAfter(20 * PASS_MS - 1)).toBe(1)
  expect(await passesAfter(1)).toBe(2)
})

it.each([
  { where: 'somebody was erased', found: { isErasedAhead: true } },
  { where: 'the ratings have more than doubled, as while a dataset comes in', found: { stored: 2_001 } },
])('takes a third of it where $where', async ({ found }) => {
  Object.assign(analytics, found)
  expect(await passesAfter(2 * PASS_MS - 1)).toBe(1)
  expect(await passesAfter(1)).toBe(2)
})
