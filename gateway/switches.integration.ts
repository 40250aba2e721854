import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { expect, it, onTestFinished, vi } from 'vitest'
import { silent } from '../infra/logging.ts'
import type { UserRecord } from '../infra/user-state/port.ts'
import type { List } from './checked-answers.fixture.ts'
import { checkedRequests } from './checked-requests.fixture.ts'
import { eventsOf } from './event-stream.fixture.ts'
import { openTestGateway } from './gateway.fixture.ts'
import { randomGeneration } from './random-generation.fixture.ts'
import { type Recomputed, recompute } from './recomputed.fixture.ts'
import { serveGateway } from './server.ts'
import { draw, fill, genresOf, raters, users } from './switched-world.fixture.ts'

/** SWITCHES=10000 takes some minutes. */
const SWITCHES = Number(process.env.SWITCHES ?? 500)
const CLIENTS = 5
/** One turn in so many is a large generation's, one is that of none at all, and one lasts until what is new to it is listed. */
const LARGE_EVERY = 25
const NONE_EVERY = 60
const STAYS_EVERY = 50
const STAYS_MS = 250
/** And one is over before anything was answered, if that may be. */
const SKIPPED_EVERY = 7
/** Searches under way in a large generation when the next one comes. */
const LONG_SEARCHES = 8
/** Generations worked out anew that are kept for the answers to come. */
const MAX_KNOWN = 20

const isLarge = (turn: number): boolean => turn % LARGE_EVERY === 10
const idOf = (turn: number): string => `g${turn}`
const turnOf = (id: string): number => Number(id.slice(1))

const known = new Map<string, Recomputed>()

/** By the id alone, so that ten thousand need not be kept. */
function modelOf(id: string): Recomputed {
  const standing = known.get(id)
  const model = standing ?? recompute(randomGeneration(id, turnOf(id), isLarge(turnOf(id))), genresOf, raters)
  known.delete(id)
  known.set(id, model)
  for (const [oldest, { close }] of known) {
    if (known.size <= MAX_KNOWN) break
    known.delete(oldest)
    close()
  }
  return model
}

it(`answers from one generation each, through ${SWITCHES} switches`, { timeout: 3_600_000 }, async ({ annotate }) => {
  const complaints = vi.fn()
  const logger = Object.assign(Object.create(silent), { error: complaints, warn: complaints })
  const streams = { look: { modelMs: 5, streamMs: 100 } }
  const gateway = await openTestGateway({ logger, settings: { streams } })
  onTestFinished(() => gateway.stop())
  await fill(gateway)
  const serving = await serveGateway(gateway.app, { host: '127.0.0.1', port: 0 })
  onTestFinished(serving.close)

  const over = new AbortController()
  const counts = { answers: 0, ofLarge: 0, ofNone: 0, streamed: 0 }
  /** The newest generation that is live, and the newest that something was answered from. */
  let live = 0
  let confirmed = 0

  function checkGeneration(id: string | null, since: number): void {
    counts.answers++
    if (id === null) {
      counts.ofNone++
      expect(live).toBeGreaterThanOrEqual(NONE_EVERY)
      return
    }
    if (isLarge(turnOf(id))) counts.ofLarge++
    if (turnOf(id) < since || turnOf(id) > live) expect.fail(`${id} answered, between g${since} and g${live}`)
  }

  async function asked(path: string, init: RequestInit = {}) {
    const response = await fetch(serving.address + path, init)
    const text = await response.text()
    if (![200, 304].includes(response.status))
      expect.fail(`${path} ${init.body}: ${text} ${inspect(complaints.mock.lastCall)}`)
    return { response, answer: text === '' ? undefined : JSON.parse(text) }
  }

  async function ask<T extends { generation: string | null }>(path: string, body?: unknown) {
    const since = confirmed
    const json = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const { response, answer } = await asked(path, body === undefined ? {} : json)
    checkGeneration(answer.generation, since)
    return { ...(answer as T), etag: response.headers.get('etag') ?? '' }
  }

  const requests = checkedRequests({
    ask,
    async askHeld(path) {
      const { answer } = await asked(path)
      checkGeneration(answer.generation, 0)
      return answer
    },
    async askAgain(path, etag) {
      const since = confirmed
      const { answer } = await asked(path, { headers: { 'if-none-match': etag } })
      if (answer) checkGeneration(answer.generation, since)
      return answer
    },
    modelOf,
  })

  async function client(): Promise<void> {
    while (!over.signal.aborted) await requests.any()
  }

  /** Streams are told of what is live, too, though not of everything. */
  async function follower({ userId, history }: UserRecord): Promise<void> {
    const path = `/v1/users/${userId}/recommendations/stream?limit=12`
    const { nextList } = eventsOf(await fetch(serving.address + path, { signal: over.signal }))
    for (;;) {
      const { answer } = await nextList()
      checkGeneration(answer.generation, 0)
      requests.check(answer, history, 12)
      counts.streamed++
    }
  }
  const untilOver = (error: unknown): void => {
    if (!over.signal.aborted) throw error
  }

  /** As updaters do: vectors solved in the generation that they know, be it still live here or not yet. */
  async function updater(): Promise<void> {
    for (let offset = 1; !over.signal.aborted; offset++) {
      const generation = idOf(Math.max(1, live - draw(3)))
      const { vectorOf } = modelOf(generation)
      await gateway.state.writeMany(
        users.map((user) => ({
          userId: user.userId,
          expectedOffset: offset - 1,
          next: { ...user, vector: vectorOf(user.history), generation, appliedOffset: offset },
        })),
      )
      await sleep(20)
    }
  }

  async function switching(): Promise<void> {
    const searches: Promise<void>[] = []
    for (let turn = 1; turn <= SWITCHES; turn++) {
      live = turn
      const isNone = turn % NONE_EVERY === 0
      gateway.serve(isNone ? undefined : modelOf(idOf(turn)).generation)
      if (isNone) await ask('/v1/items/popular')
      if (isNone || turn % SKIPPED_EVERY === 0) continue
      while (confirmed < turn) {
        const { generation } = await ask<List>('/v1/users/u0/estimates?item=i001')
        confirmed = Math.max(confirmed, turnOf(generation ?? idOf(0)))
      }
      if (isLarge(turn)) {
        const begun = Array.from({ length: LONG_SEARCHES }, requests.long)
        searches.push(...begun)
        await Promise.race(begun)
      }
      if (turn % STAYS_EVERY === 0) await sleep(STAYS_MS)
    }
    await Promise.all(searches)
    over.abort()
  }

  const mebibytes = () => Math.round(process.memoryUsage().rss / 2 ** 20)
  const before = mebibytes()
  const began = performance.now()
  const followers = users.slice(0, 3).map((user) => follower(user).catch(untilOver))
  try {
    await Promise.all([switching(), updater(), ...followers, ...Array.from({ length: CLIENTS }, client)])
  } finally {
    over.abort()
  }
  expect(complaints.mock.calls).toEqual([])
  const all = { ...counts, ...requests.counts }
  for (const [what, count] of Object.entries(all)) expect([what, count > 0]).toEqual([what, true])
  const seconds = Math.round((performance.now() - began) / 1000)
  await annotate(`${JSON.stringify(all)}, 0 failed, 0 mixed; ${seconds} s, ${before} MiB before, ${mebibytes()} after`)
})
