import type { Offset } from '../../models/events/types.ts'

/** A moment or an id, as a chart takes it. */
export type Parameter = 'from' | 'to' | 'itemId' | 'genre'

export interface Column {
  readonly name: string
  /** What a number counts or measures, as an axis would be labelled: `ratings`, `users`, `share`, `day`, … */
  readonly unit: string
}

/** A question about the data, and the query that answers it. */
export interface ChartInfo {
  readonly name: string
  /** The question. */
  readonly title: string
  /** As it runs, with `{from:DateTime64(3)}` and the like where parameters stand. */
  readonly sql: string
  readonly parameters: readonly Parameter[]
  readonly columns: readonly Column[]
}

export type Cell = string | number | null
export type ChartRow = Readonly<Record<string, Cell>>

/** What is asked of a chart. Left out: the last 90 days, up to now or, where what the chart shows is older than that, to the newest of it: ratings, and lists where it tells of these. */
export interface ChartParameters {
  /** ms since 1970 */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly itemId?: string | undefined
  readonly genre?: string | undefined
}

/** ms since 1970: first and last of the days that an answer tells of. Undefined: the chart has no range. */
interface Span {
  readonly from: number | undefined
  readonly to: number | undefined
}

export interface ChartCsv extends Span {
  /** The rows, its first line the names of the columns. */
  readonly csv: string
}

export interface ChartAnswer extends Span {
  readonly rows: readonly ChartRow[]
  /** What the rows say, in a sentence. */
  readonly sentence: string
  /** ms since 1970: what had come in by then is shown; undefined: the tables were not filled yet. */
  readonly asOf: number | undefined
  /** The query was ended at its time budget; then there are no rows. */
  readonly isCut: boolean
}

export interface Refreshed {
  /** false: nothing had come in since, and the tables were left as they are. */
  readonly isNew: boolean
  readonly ms: number
  readonly tables: readonly { readonly name: string; readonly rows: number; readonly ms: number }[]
}

/** Views of the rating store for people, and charts of them. Methods throw `UnavailableError` when ClickHouse does not answer. */
export interface Analytics {
  readonly charts: readonly ChartInfo[]
  /** @throws UnknownChartError; BusyError when too many wait already */
  run(chart: string, parameters: ChartParameters): Promise<ChartAnswer>
  /** The rows of the same query. @throws UnknownChartError; UnavailableError also when it took longer than its time budget */
  csv(chart: string, parameters: ChartParameters): Promise<ChartCsv>
  /** Fills the tables of the views anew, unless there is nothing new. Not to be called twice at a time. @throws the reason of `signal` */
  refresh(signal?: AbortSignal): Promise<Refreshed>
  /** Whether somebody was erased whom a view may show still. */
  hasErasureAhead(): Promise<boolean>
  /** Rows of `ratings`, one that came twice counted twice until it is merged. Nothing is read for it. */
  storedEvents(): Promise<number>
  /** Of each partition of the log, the first offset that one of the views may not show yet; empty: none shows anything. */
  shownBelow(): Promise<readonly Offset[]>
}
