import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InferRequestType } from 'hono/client'
import { expect, onTestFailed, onTestFinished, vi } from 'vitest'
import { answerOf, createClient } from '../gateway/client.ts'
import { decodeEvent } from '../models/events/codec.ts'
import type { RatingEvent } from '../models/events/types.ts'
import type { Dataset } from '../producers/datasets/dataset.ts'
import { openDataset } from '../producers/datasets/open.ts'
import { generateDataset } from '../producers/generator.ts'
import type { EventLog, LogRecord } from './event-log/port.ts'
import { type FoldstreamProcess, startFoldstream } from './services/foldstream.ts'

/** For tests that ask whether there is a model, not how good it is. */
export const SMALL_MODEL = { FACTORS: '16', EPOCHS: '4' }

const DATASETS_DIR = process.env.DATASETS_DIR ?? join(import.meta.dirname, '../../shared/data')

/** Where generated ratings take the place of MovieLens' they end when those do, over years, and as many in the last week as before. */
const TIME_OF_GENERATED = { startsAt: Date.UTC(2012, 0, 1), endsAt: Date.UTC(2018, 8, 24), staysFor: 60 * 86_400_000 }

/** What is loaded: MovieLens' small dataset by its name, or, where it is not at hand, a generated one by its path. */
export interface TestDataset {
  readonly name: string
  readonly env: Record<string, string>
  /** What the suite has to say of it. */
  readonly note: string | undefined
}

/** @param folder  where the generated one is written */
export async function testDataset(folder: string): Promise<TestDataset> {
  const name = 'ml-latest-small'
  if (existsSync(join(DATASETS_DIR, name))) return { name, env: { DATASETS_DIR }, note: undefined }
  const { items, ratings } = generateDataset(TIME_OF_GENERATED)
  const rows = { items: ['itemId,title,genres,year'], ratings: ['userId,itemId,value,occurredAt'] }
  for await (const { lines } of items())
    for (const { value } of lines)
      if (value) rows.items.push(`${value.itemId},${value.title},${value.genres.join('|')},${value.year}`)
  for await (const { lines } of ratings())
    for (const { value } of lines)
      if (value) rows.ratings.push(`${value.userId},${value.itemId},${value.value},${value.occurredAt}`)
  await writeFile(join(folder, 'items.csv'), rows.items.join('\n'))
  await writeFile(join(folder, 'ratings.csv'), rows.ratings.join('\n'))
  return { name: folder, env: {}, note: `${name} is not in ${DATASETS_DIR} (DATASETS_DIR): ran on generated ratings` }
}

/** The same, opened. */
export async function openTestData(folder: string): Promise<Dataset> {
  const { name, env } = await testDataset(folder)
  return await openDataset(env.DATASETS_DIR === undefined ? name : join(env.DATASETS_DIR, name), Date.now())
}

/** A folder that goes with the test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-system-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** A running system, and what tests ask of it. It ends with the test. */
export async function startSystem(args: readonly string[], env: Record<string, string> = {}): Promise<TestSystem> {
  const system = await startFoldstream(['--port', '0', ...args], env)
  onTestFinished(system.kill)
  onTestFailed(() => console.error(`foldstream ${args.join(' ')} printed:\n${system.output()}`))
  return { ...system, ...clientOf(system.url) }
}
export type TestSystem = FoldstreamProcess & Gateway
type Gateway = ReturnType<typeof clientOf>

/** What tests ask of a gateway. What it answers other than success is thrown, as AnswerError. */
export function clientOf(url: string) {
  const { readyz, v1 } = createClient(url)

  const readiness = async () => {
    const response = await readyz.$get()
    if (response.status === 400) throw new Error(await response.text())
    return { ...(await response.json()), code: response.status }
  }
  const lags = async (): Promise<number[]> =>
    (await answerOf(v1.admin.status.$get())).lag
      .filter(({ topic }) => topic === 'ratings')
      .flatMap(({ partitions }) => partitions.map(({ lag }) => lag))
  const { recommendations } = v1.users[':userId']
  return {
    readiness,
    /** @returns the first report of a system that is ready */
    ready: () =>
      vi.waitFor(async () => {
        const report = await readiness()
        expect(report.code, JSON.stringify(report)).toBe(200)
        return report
      }),
    /** Waits until every consumer has had its effect on all ratings that stand on the log. */
    settled: () =>
      vi.waitFor(async () => {
        const found = await lags()
        // Of a log that does not answer there are none.
        expect(found).not.toEqual([])
        expect(found.filter((lag) => lag > 0)).toEqual([])
      }),
    /** @returns the token; fetch's error when the connection breaks */
    rate: async (ratings: InferRequestType<typeof v1.ratings.$post>['json']): Promise<string> =>
      (await answerOf(v1.ratings.$post({ json: ratings }))).token,
    recommendations: (userId: string, query: InferRequestType<typeof recommendations.$get>['query'] = {}) =>
      answerOf(recommendations.$get({ param: { userId }, query })),
    popular: (query: InferRequestType<typeof v1.items.popular.$get>['query'] = {}) =>
      answerOf(v1.items.popular.$get({ query })),
    /** @returns values by item */
    async ratingsOf(userId: string): Promise<Map<string, number>> {
      const { items } = await answerOf(v1.users[':userId'].ratings.$get({ param: { userId }, query: { limit: 1000 } }))
      return new Map(items.map(({ itemId, value }) => [itemId, value]))
    },
  }
}

export const idsOf = ({ items }: { items: readonly { itemId: string }[] }): string[] =>
  items.map(({ itemId }) => itemId)

/** User 1 of the dataset gets ten films they have not rated, with titles. */
export async function recommendsToKnownUsers(gateway: Gateway): Promise<void> {
  const { strategy, items } = await gateway.recommendations('1')
  expect(strategy).toBe('fold-in')
  expect(items).toHaveLength(10)
  for (const item of items) expect(item).toMatchObject({ title: expect.any(String) })
  const rated = await gateway.ratingsOf('1')
  expect(rated.size).toBeGreaterThan(0)
  expect(idsOf({ items }).filter((itemId) => rated.has(itemId))).toEqual([])
}

/** A user nobody has heard of gets what is popular, and after five ratings, the first time they ask, what is theirs. */
export async function recommendsToNewcomers(gateway: Gateway) {
  const before = await gateway.recommendations('newcomer')
  expect(before.strategy).toBe('popular')
  expect(idsOf(before)).toEqual(idsOf(await gateway.popular()))
  // What was loaded before may still be being folded in, for longer than a read may wait.
  await gateway.settled()
  let token = ''
  for (const itemId of idsOf(await gateway.popular({ genre: 'Animation', limit: 5 })))
    token = await gateway.rate({ userId: 'newcomer', itemId, value: 5 })
  const after = await gateway.recommendations('newcomer', { after: token, wait: 10_000 })
  expect(after).toMatchObject({ strategy: 'fold-in', freshness: { satisfied: true } })
  expect(idsOf(after)).not.toEqual(idsOf(before))
  return after
}

/** What a rating store must count that has seen the whole log: an event that stands there twice counts once. */
export async function countLog(log: EventLog): Promise<{ events: number; latest: number }> {
  const events = new Set<string>()
  const latest = new Map<string, RatingEvent>()
  const { caughtUp, close } = await log.tail('ratings', (records: readonly LogRecord[]) => {
    for (const { value } of records) {
      const event = value && decodeOrNothing(value)
      if (event?.type !== 'rating') continue
      const rated = JSON.stringify([event.userId, event.itemId])
      events.add(rated + event.eventId)
      // Records come in the order of their offsets: of two at the same time the later one stands.
      if (event.occurredAt >= (latest.get(rated)?.occurredAt ?? Number.NEGATIVE_INFINITY)) latest.set(rated, event)
    }
  })
  await caughtUp
  await close()
  return { events: events.size, latest: [...latest.values()].filter(({ value }) => value !== null).length }
}

function decodeOrNothing(bytes: Uint8Array) {
  try {
    return decodeEvent(bytes)
  } catch {
    return undefined
  }
}
