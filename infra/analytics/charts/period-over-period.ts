import { counted } from '../../counted.ts'
import { type Asked, ENOUGH, isNumber, numberOf, percent, textOf } from '../chart.ts'
import type { ChartRow } from '../port.ts'

/** What became of each key figure, beside as many days before. */
export function periodOverPeriod(rows: readonly ChartRow[], asked: Asked): string {
  return `${changes(rows, asked)}${sizeOfHitRate(rows)}`
}

function changes(rows: readonly ChartRow[], { from, to, today }: Asked): string {
  if (from === to && to === today) return 'Today is not over, and not set beside the day before.'
  const told = rows
    .filter(({ value_of_whole_days, value_before }) => isNumber(value_of_whole_days) && isNumber(value_before))
    .map(changeOf)
  if (told.length === 0) return 'Of the days before nothing is known.'
  return `${to < today ? 'Beside' : 'Without today, which is not over, and beside'} as many days before: ${told.join(', ')}.`
}

function changeOf(row: ChartRow): string {
  const figure = textOf(row, 'figure')
  const [value, before] = [numberOf(row, 'value_of_whole_days'), numberOf(row, 'value_before')]
  if (before === 0) return value === 0 ? `${figure} none, as before` : `${figure} from nothing`
  const change = value / before - 1
  return change === 0 ? `${figure} the same` : `${figure} ${change > 0 ? 'up' : 'down'} by ${percent(Math.abs(change))}`
}

/** Few ratings tell little, and fewer nothing. */
function sizeOfHitRate(rows: readonly ChartRow[]): string {
  const hits = rows.find(({ figure }) => figure === 'live hit rate')
  const ratings = numberOf(hits, 'of_ratings')
  if (isNumber(hits?.value)) return ` The live hit rate is of ${counted(ratings, 'rating')}.`
  return ratings > 0 ? ` Of the live hit rate there are too few ratings to tell yet (${ratings} of ${ENOUGH}).` : ''
}
