import type { Offset } from '../../models/events/types.ts'
import type { Session } from '../rating-store/connection.ts'
import { startsOf } from '../rating-store/progress.ts'

/** What is filled, each from the views of its name with `_now` and so from what stands before it. */
export const REFRESHED = [
  ...['ratings', 'user_days', 'user_returns', 'daily_volume', 'daily_values', 'scale_values'],
  ...['item_months', 'item_years', 'item_stats', 'user_stats', 'totals', 'genre_months', 'trending', 'retention'],
  ...['served_days', 'served_items', 'served_returns', 'served_popularity', 'prequential'],
] as const

/** Of whose rows they are made. */
const SOURCES = ['ratings', 'items', 'served', 'measurements', 'erasures', 'sink_progress']

/** Of each partition of the log, the first offset that one of the views may not show yet. */
export async function shownBelow(session: Session, place: string): Promise<readonly Offset[]> {
  const [oldest] = await session.rows<{ watermark: (string | number)[]; tables: string | number }>(
    `SELECT argMin(watermark, as_of) AS watermark, count() AS tables FROM ${place}.refreshes`,
  )
  return Number(oldest?.tables) < REFRESHED.length ? [] : (oldest?.watermark ?? []).map(Number)
}

/** Whether somebody was erased whom a view may show still: who is said to be in no store must be in none. */
export async function hasErasureAhead(session: Session, place: string): Promise<boolean> {
  const [row] = await session.rows<{ n: string | number }>(
    // Offsets of a former log tell nothing. A log is bound to when the store is new or was emptied, and erasures are noted anew then.
    `SELECT count() AS n FROM erasures
     WHERE before >= {shown:Array(UInt64)}[partition + 1] AND noted_at >= (SELECT min(bound_at) FROM log_binding)`,
    { shown: await shownBelow(session, place) },
  )
  return Number(row?.n) > 0
}

/** Rows of `ratings`, one that came twice counted twice until it is merged. */
export async function storedEvents(session: Session): Promise<number> {
  const [ratings] = await storedIn(session, ['ratings'])
  return Number(ratings?.rows ?? 0)
}

/** Before anything is read: what comes in meanwhile is left to the next one. */
export async function startOfPass(session: Session, place: string): Promise<{ asOf: string; madeFrom: string }> {
  // Later than every pass before it, also where the clock was set back since.
  const [row] = await session.rows<{ as_of: string }>(
    `SELECT toString(greatest(now64(3, 'UTC'), (SELECT max(as_of) + toIntervalMillisecond(1) FROM ${place}.refresh_log))) AS as_of`,
  )
  if (row === undefined) throw new Error('ClickHouse answered no row')
  // A deletion or a merge inserts nothing, and an erasure is noted before it deletes.
  const sources = await storedIn(session, SOURCES)
  return { asOf: row.as_of, madeFrom: sources.map(({ table, last }) => `${table} ${last}`).join(', ') }
}

/** What there is of some tables, as ClickHouse notes it beside the rows: none is read. @returns nothing of one that is empty */
const storedIn = (session: Session, tables: readonly string[]) =>
  session.rows<{ table: string; rows: string | number; last: string | number }>(
    `SELECT table, sum(rows) AS rows, max(max_block_number) AS last
     FROM system.parts
     WHERE active AND database = currentDatabase() AND table IN ({tables:Array(String)})
     GROUP BY table
     ORDER BY table`,
    { tables },
  )

/** Of each partition of the log, the first offset that ClickHouse may not have yet. */
export async function watermarkOf(session: Session): Promise<readonly Offset[]> {
  const starts = await startsOf(session)
  const partitions = Math.max(-1, ...starts.keys()) + 1
  return Array.from({ length: partitions }, (_, partition) => starts.get(partition) ?? 0)
}

/** Whether every view shows what this was made from, and is young enough. */
export async function isCurrent(session: Session, place: string, madeFrom: string, maxAgeMs: number): Promise<boolean> {
  const rows = await session.rows<{ view: string; made_from: string; age: string | number }>(
    `SELECT view, made_from, dateDiff('ms', as_of, now64(3, 'UTC')) AS age FROM ${place}.refreshes`,
  )
  const isFresh = (name: string): boolean =>
    rows.some(({ view, made_from, age }) => view === name && made_from === madeFrom && Number(age) < maxAgeMs)
  return REFRESHED.every(isFresh)
}
