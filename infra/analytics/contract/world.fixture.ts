import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { clickhouseSink, SINK_GROUP } from '../../../consumers/clickhouse-sink.ts'
import { consume } from '../../../consumers/consume.ts'
import { encodeEvent } from '../../../models/events/codec.ts'
import type { Event, Item, RatingEvent } from '../../../models/events/types.ts'
import { openEmbeddedLog } from '../../event-log/embedded.ts'
import { silent } from '../../logging.ts'
import { createMetrics } from '../../metrics.ts'
import type { AnalysedRatingStore } from '../../rating-store/clickhouse.ts'
import { openTestData } from '../../system.fixture.ts'
import type { Known, ServedList } from '../known.fixture.ts'
import { recompute } from '../recomputed.fixture.ts'

export interface Opened {
  readonly store: AnalysedRatingStore
  sql(query: string): Promise<Record<string, unknown>[]>
  /** Of the views. */
  readonly database: string
  dispose(): Promise<void>
}

export const STARS = { min: 0.5, max: 5, positiveFrom: 4 }
export const DAY_MS = 86_400_000
/** After every rating of the dataset. */
export const LATER = Date.UTC(2020, 0, 1)
const CHUNK = 10_000
/** Today among them. */
const DAYS_SERVED = 90
const tools = { logger: silent, metrics: createMetrics() }

/** Lists of before then are in no view. */
export const firstServedDay = (): number => DAY_MS * (Math.floor(Date.now() / DAY_MS) + 1 - DAYS_SERVED)

export const change = (event: RatingEvent, changed: Partial<RatingEvent>): RatingEvent => ({
  ...event,
  eventId: crypto.randomUUID(),
  occurredAt: LATER,
  ...changed,
})

export type World = Awaited<ReturnType<typeof openWorld>>

/**
 * A log with the items and ratings of the dataset, which the real sink brings into a ClickHouse; and what is known of all that happened
 * there, to recompute the views from.
 * @param everyNth  1: all ratings of the dataset, 2: half of them, …
 */
export async function openWorld(everyNth: number, open: () => Promise<Opened>) {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-analytics-'))
  const opened = await open()
  const { store } = opened
  const log = await openEmbeddedLog(join(folder, 'log'), STARS)
  await store.bind(log.identity)
  const events: RatingEvent[] = []
  const items = new Map<string, Item>()
  const deleted = new Set<string>()
  const served: ServedList[] = []
  /** When each record came onto the log, by its place there. */
  const arrived = new Map<string, number>()
  let erased: ReadonlySet<string> = new Set()

  const world = {
    ...{ ...opened, log, analytics: store.analytics, events, served, append, sink, known, expectViews },
    /** Nothing of them is known any more. */
    erase(users: ReadonlySet<string>): void {
      erased = users
    },
    async add(...more: RatingEvent[]): Promise<void> {
      events.push(...more)
      await append(
        'ratings',
        more.map((event) => [event.userId, event]),
      )
    },
    async put(...all: Item[]): Promise<void> {
      for (const item of all) {
        items.set(item.itemId, item)
        deleted.delete(item.itemId)
      }
      await append(
        'items',
        all.map((item) => [item.itemId, item]),
      )
    },
    async remove(...ids: string[]): Promise<void> {
      for (const id of ids) {
        items.delete(id)
        deleted.add(id)
      }
      await append(
        'items',
        ids.map((id) => [id, null]),
      )
    },
    async close(): Promise<void> {
      await opened.dispose()
      await log.close()
      await rm(folder, { recursive: true })
    },
  }

  const dataset = await openTestData(folder)
  let read = 0
  for await (const { lines } of dataset.items()) await world.put(...lines.flatMap(({ value }) => value ?? []))
  for await (const { lines } of dataset.ratings())
    for (const { value } of lines) if (value && ++read % everyNth === 0) events.push(value)
  await append(
    'ratings',
    events.map((event) => [event.userId, event]),
  )
  await sink()
  return world

  async function append(
    topic: 'ratings' | 'items',
    keyed: readonly (readonly [string, Event | null])[],
  ): Promise<void> {
    for (let from = 0; from < keyed.length; from += CHUNK)
      await log.append(
        topic,
        keyed.slice(from, from + CHUNK).map(([key, event]) => ({ key, value: event && encodeEvent(event) })),
      )
  }

  /** Until the sink has had its effect on all that is there. @param onto  what it writes into */
  async function sink(onto: AnalysedRatingStore = store): Promise<void> {
    const noting: AnalysedRatingStore = {
      ...onto,
      async insertRatings(rows) {
        for (const { partition, offset, ingestedAt } of rows) arrived.set(`${partition} ${offset}`, ingestedAt)
        await onto.insertRatings(rows)
      },
    }
    const consuming = await consume(log, { ...clickhouseSink(log, noting, tools), maxAgeMs: 5 }, tools)
    for (const topic of ['ratings', 'items'] as const) {
      const ends = await log.ends(topic)
      await vi.waitFor(async () => {
        const committed = await log.committed(topic, SINK_GROUP)
        expect(ends.map((_, partition) => committed[partition] ?? 0)).toEqual(ends)
      })
    }
    await consuming.close()
  }

  /** What counts of what stands on the log, by the rule of latest. */
  function known(): Known {
    const latest = new Map<string, RatingEvent>()
    const seen = new Set<string>()
    for (const event of events) {
      const key = `${event.userId}\n${event.itemId}`
      if (erased.has(event.userId) || seen.has(`${key}\n${event.eventId}`)) continue
      seen.add(`${key}\n${event.eventId}`)
      const former = latest.get(key)
      // In the order of the log: of two of one time the later one counts.
      if (former === undefined || event.occurredAt >= former.occurredAt) latest.set(key, event)
    }
    const ratings = [...latest.values()].flatMap(({ value, recommendationId, ...event }) =>
      value === null ? [] : [{ ...event, value, recommendationId: recommendationId ?? '' }],
    )
    return {
      ratings,
      items,
      deleted,
      served: served.filter(({ userId, occurredAt }) => !erased.has(userId) && occurredAt >= firstServedDay()),
      arrived: [...arrived.values()],
      positiveFrom: STARS.positiveFrom,
    }
  }

  async function expectViews(of: Known, only?: readonly string[]): Promise<void> {
    for (const [view, rows] of Object.entries(recompute(of))) {
      if (only?.includes(view) === false) continue
      const actual = await opened.sql(
        `SELECT * FROM ${opened.database}.${view} SETTINGS output_format_json_quote_64bit_integers = 0`,
      )
      expect(sorted(actual), view).toEqual(sorted(rows))
    }
  }
}

/** In one order, numbers with nine digits: sums may be taken in any order. */
function sorted(rows: readonly Record<string, unknown>[]): string[] {
  const plain = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(9)) : value)
  return rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row)
          .map(([name, value]) => [name, plain(value)])
          .sort(([x], [y]) => (String(x) < String(y) ? -1 : 1)),
      ),
    )
    .sort()
}
