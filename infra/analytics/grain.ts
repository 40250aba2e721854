import { textOf } from './chart.ts'
import type { ChartRow, Column } from './port.ts'

/**
 * How long the times are that a chart counts by: the shortest of which a hundred or so, as many bars as are told apart, hold all days that
 * there are in the range. Weeks begin on Mondays. At the ends of the range only its own days count.
 */

/** Query: days from the first to the last that a table has in the range. */
export const spanOf = (table: string): string =>
  `(SELECT dateDiff('day', min(day), max(day)) FROM ${table} WHERE day BETWEEN {from:Date} AND {to:Date})`

/** Query: the same of a table by months, of which those count in which the range begins and ends. @param only  a condition */
export const spanOfMonths = (table: string, only = ''): string =>
  `(SELECT dateDiff('day', min(month), max(month)) FROM ${table} WHERE ${only && `${only} AND `}${MONTHS_IN_RANGE})`

/** Condition: on a column `month`, its first day. */
export const MONTHS_IN_RANGE = 'month BETWEEN toStartOfMonth({from:Date}) AND {to:Date}'

/** Expression: the grain for so many days, where what is counted is known by the month. */
export const grainOfMonths = (span: string): string =>
  `multiIf(${span} < 3000, 'month', ${span} < 9000, 'quarter', 'year')`

/** The same where it is known by the day. */
export const grainOf = (span: string): string =>
  `if(${span} < 700, if(${span} < 100, 'day', 'week'), ${grainOfMonths(span)})`

/** Expression: the first day of the time that a day is of. */
export const startOf = (grain: string, day: string): string =>
  `multiIf(${grain} = 'day', ${day}, ${grain} = 'week', toStartOfWeek(${day}, 1), ${grain} = 'month', toStartOfMonth(${day}), ${grain} = 'quarter', toStartOfQuarter(${day}), toStartOfYear(${day}))`

export const BY_GRAIN: readonly Column[] = [
  { name: 'day', unit: 'first day' },
  { name: 'grain', unit: 'name' },
]

/** Which time a row is of, as in "quarter, 2015-Q4": it goes on from "the busiest". @param first  the column of its first day */
export function timeOf(row: ChartRow | undefined, first = 'day'): string {
  const [day, grain] = [textOf(row, first), textOf(row, 'grain')]
  const [year, month] = day.split('-')
  const names: Record<string, string> = {
    week: `from ${day} on`,
    month: `${year}-${month}`,
    quarter: `${year}-Q${Math.ceil(Number(month) / 3)}`,
    year: `${year}`,
  }
  return `${grain}, ${names[grain] ?? day}`
}
