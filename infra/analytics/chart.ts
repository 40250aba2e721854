import { count } from '../counted.ts'
import type { Cell, ChartInfo, ChartRow } from './port.ts'

/**
 * A chart as it is written down. Its query names tables of `analytics`, takes nothing but typed parameters, and ends by a limit where the
 * data do not.
 */
export interface Chart extends ChartInfo {
  /** Tables whose age is the chart's; none: it is worked out from what came in as it is asked. */
  readonly views: readonly string[]
  /** What the rows say. @param rows  at least one */
  readonly sentence: (rows: readonly ChartRow[], asked: Asked) => string
  /** What it says where there is no row: what is missing, and where it is not plain, what would bring it. */
  readonly nothing: string
}

/** Days of UTC, as in 2026-01-31. */
export interface Asked {
  readonly from: string
  readonly to: string
  readonly today: string
  /** On which the newest happened that the chart's views show; undefined: they show nothing */
  readonly newest: string | undefined
}

/** As in "in the whole months 2018-01 to 2018-06": of those of the range that has begun in one and ended in the other. */
export function inWholeMonths({ from, to, today }: Asked): string {
  const [first, last] = [from.slice(0, 7), to.slice(0, 7)]
  if (from === FIRST_DAY) return to < today ? `in all months up to ${last}` : 'in all'
  return first === last ? `in the whole of ${first}` : `in the whole months ${first} to ${last}`
}

/** Whoever asks for all days asks from then on. */
const FIRST_DAY = '1970-01-01'

/** Days of the range that are asked for: both count. */
export const IN_RANGE = 'day BETWEEN {from:Date} AND {to:Date}'

export const RANGE = ['from', 'to'] as const

/** Columns that say which item a row is of. */
export const ITEM = [
  { name: 'item_id', unit: 'id' },
  { name: 'title', unit: 'name' },
] as const

export const numberOf = (row: ChartRow | undefined, column: string): number => Number(row?.[column] ?? 0)
export const textOf = (row: ChartRow | undefined, column: string): string => String(row?.[column] ?? '')
export const isNumber = (cell: Cell | undefined): cell is number => typeof cell === 'number'
export const sumOf = (rows: readonly ChartRow[], column: string): number =>
  rows.reduce((sum, row) => sum + numberOf(row, column), 0)

/** The row with the greatest of a column. */
export const greatest = (rows: readonly ChartRow[], column: string): ChartRow | undefined =>
  rows.reduce<ChartRow | undefined>(
    (best, row) => (best === undefined || numberOf(row, column) > numberOf(best, column) ? row : best),
    undefined,
  )

export const percent = (share: number): string =>
  `${(100 * share).toLocaleString('en', { maximumSignificantDigits: 3 })} %`
/** Of fewer than so many, a share or a mean says little. */
export const ENOUGH = 30
/** @param what  in plural */
export const tooFew = (what: string, known: number): string => `Too few ${what} to tell yet (${known} of ${ENOUGH})`
/** In percent or, of few, as it is. */
export const partOf = (part: number, whole: number): string => (whole < ENOUGH ? count(part) : percent(part / whole))

/** By its title, where it has one. */
export const nameOf = (row: ChartRow | undefined): string => textOf(row, 'title') || `Item ${textOf(row, 'item_id')}`
