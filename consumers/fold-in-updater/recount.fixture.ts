import { expect } from 'vitest'
import type { LogRecord } from '../../infra/event-log/port.ts'
import { foldIn } from '../../models/als/fold-in.ts'
import { observe } from '../../models/als/observations.ts'
import { decodeEvent } from '../../models/events/codec.ts'
import type { RatingEvent, UserErased } from '../../models/events/types.ts'
import { applyChange, mergeStatistics } from '../../models/ranking/item-statistics.ts'
import type { ItemStatistics } from '../../models/ranking/types.ts'
import { STARS } from '../events.fixture.ts'
import { GENERATION, PARTITION, recordsOf, type World } from './world.fixture.ts'

/** What the log says, in the plainest way: after the last erasure an event id counts once, and the greatest (occurredAt, offset) stands. */
function standing(records: readonly LogRecord[]): Map<string, Map<string, RatingEvent>> {
  const users = new Map<string, Map<string, RatingEvent>>()
  const seen = new Set<string>()
  for (const { value, key } of records) {
    let event: RatingEvent | UserErased
    try {
      event = decodeEvent(value as Uint8Array) as RatingEvent | UserErased
    } catch {
      continue
    }
    if (event.type === 'user-erased') {
      users.delete(key)
      for (const id of seen) if (id.startsWith(`${key} `)) seen.delete(id)
      continue
    }
    const id = `${key} ${event.itemId} ${event.eventId}`
    if (seen.has(id)) continue
    seen.add(id)
    const ratings = users.get(key) ?? new Map<string, RatingEvent>()
    users.set(key, ratings)
    if ((ratings.get(event.itemId)?.occurredAt ?? 0) <= event.occurredAt) ratings.set(event.itemId, event)
  }
  return users
}

/** Histories are what stands, vectors are solved from them, statistics are their recount, both watermarks stand at the end. */
export async function expectConsistent({ log, state, users }: World): Promise<void> {
  const records = await recordsOf(log)
  const expected = standing(records)
  for (const userId of users) {
    const record = await state.read(userId)
    const ratings = expected.get(userId)
    const values = (entries: Iterable<{ itemId: string; value: number | null; occurredAt: number }>) =>
      [...entries].map(({ itemId, value, occurredAt }) => [itemId, value, occurredAt]).sort()
    expect(values(record?.history.values() ?? [])).toEqual(values(ratings?.values() ?? []))
    if (record === undefined) continue
    expect(record.generation).toBe(GENERATION.id)
    expect(record.vector).toEqual(foldIn(GENERATION, observe(record.history, GENERATION)))
  }
  const statistics = await state.statistics(PARTITION)
  expect(comparable(statistics)).toEqual(comparable(recount(expected)))
  for (const [itemId, { raters = [] }] of statistics) {
    const kept = raters.map(({ userId, occurredAt }) => [userId, occurredAt])
    expect(kept.toSorted()).toEqual(GENERATION.indexOf.has(itemId) ? [] : ratersOf(itemId, expected))
    const times = raters.map(({ occurredAt }) => occurredAt)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
  }
  const last = records.at(-1)?.offset ?? -1
  expect(await state.offsets(PARTITION)).toEqual({ counted: last, applied: last })
}

function recount(users: ReadonlyMap<string, ReadonlyMap<string, RatingEvent>>): Map<string, ItemStatistics> {
  const statistics = new Map<string, ItemStatistics>()
  for (const { itemId, value, occurredAt } of [...users.values()].flatMap((ratings) => [...ratings.values()])) {
    if (value === null) continue
    const change = { userId: '', itemId, offset: 0, occurredAt, before: undefined, after: { value, occurredAt } }
    statistics.set(itemId, applyChange(statistics.get(itemId), change, STARS.positiveFrom, false))
  }
  return statistics
}

/** Users whose positive of the item stands, and its time, by user id. */
const ratersOf = (itemId: string, users: ReadonlyMap<string, ReadonlyMap<string, RatingEvent>>) =>
  [...users]
    .map(([userId, ratings]) => ({ userId, rating: ratings.get(itemId) }))
    .filter(({ rating }) => rating?.value != null && rating.value >= STARS.positiveFrom)
    .map(({ userId, rating }) => [userId, rating?.occurredAt])
    .sort()

/** Decayed counts at one and the same time, free of the rounding of their order. */
function comparable(statistics: ReadonlyMap<string, ItemStatistics>) {
  const marker = { count: 1, sum: 0, positives: 1, decayed: [0, 0, 0], decayedAt: Date.UTC(2027, 0, 1) }
  return [...statistics]
    .map(([itemId, one]) => {
      const { count, sum, positives, decayed } = mergeStatistics(one, marker)
      return [itemId, count, sum, positives, ...decayed.map((value) => value.toPrecision(6))]
    })
    .sort()
}
