import type { Session } from '../rating-store/connection.ts'
import type { ChartParameters } from './port.ts'

const DAY_MS = 86_400_000
/** Of the range that nobody asked for. */
const DEFAULT_DAYS = 90

/** How old the tables of the views are. */
export interface Ages {
  /** ms since 1970: the oldest of these; undefined: not all of them were filled yet, or none is named */
  asOf(views: readonly string[]): number | undefined
  /** ms since 1970 of the newest rating, list or measurement that these show; undefined: nothing */
  newestEvent(views: readonly string[]): number | undefined
  /** By ClickHouse's clock. */
  readonly now: number
}

export async function agesOf(session: Session, place: string): Promise<Ages> {
  const rows = await session.rows<{ view: string; as_of: number; newest_event: number | null; now: number }>(
    `SELECT view, toUnixTimestamp64Milli(as_of) AS as_of, toUnixTimestamp64Milli(newest_event) AS newest_event,
       toUnixTimestamp64Milli(now64(3, 'UTC')) AS now
     FROM ${place}.refreshes`,
  )
  const byView = new Map(rows.map(({ view, as_of }) => [view, as_of]))
  const newest = new Map(rows.map(({ view, newest_event }) => [view, newest_event]))
  return {
    asOf(views) {
      const times = views.map((view) => byView.get(view))
      return times.length === 0 || times.includes(undefined) ? undefined : Math.min(...(times as number[]))
    },
    newestEvent(views) {
      const known = views.flatMap((view) => newest.get(view) ?? [])
      return known.length === 0 ? undefined : Math.max(...known)
    },
    now: rows[0]?.now ?? Date.now(),
  }
}

/** The days asked for, both counted: where left out, up to today, or to what the chart's views show last where that is older than they would be. */
export function rangeOf(
  { from, to }: ChartParameters,
  { now, newestEvent }: { readonly now: number; readonly newestEvent: number | undefined },
): { from: string; to: string } {
  const days = from === undefined ? DEFAULT_DAYS : Math.max(1, Math.ceil((now - from) / DAY_MS))
  const isOld = newestEvent !== undefined && newestEvent < now - days * DAY_MS
  const end = to ?? Math.max(isOld ? newestEvent : now, from ?? 0)
  const start = from ?? end - (DEFAULT_DAYS - 1) * DAY_MS
  return { from: dayOf(start), to: dayOf(end) }
}

export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)
