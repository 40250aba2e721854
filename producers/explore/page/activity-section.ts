import { counted } from '../../../infra/counted.ts'
import type { Activity, Unit } from '../activity.ts'
import { inDigits } from '../wording.ts'
import { barChart } from './bars.ts'
import type { Section } from './card.ts'
import { thinned } from './frame.ts'

const MOST_LABELS = 10

/** Ratings over time. */
export function activitySection({ unit, bars }: Activity): Section {
  const [busiest] = bars.toSorted((a, b) => b.ratings - a.ratings)
  const empty = bars.filter(({ ratings }) => ratings === 0).length
  const pauses = empty > 0 ? `; ${inDigits(empty)} of ${counted(bars.length, unit)} had none` : ''
  return {
    question: 'When was it rated?',
    answer: busiest
      ? `The busiest ${unit} was ${periodOf(busiest.from, unit)} with ${counted(busiest.ratings, 'rating')}${pauses}.`
      : 'Never.',
    chart: barChart({
      label: `Ratings by ${unit}`,
      x: `${unit} (UTC)`,
      y: `ratings a${unit === 'hour' ? 'n' : ''} ${unit}`,
      bars: bars.map(({ from, ratings }) => ({ name: periodOf(from, unit), value: ratings })),
      names: periodLabels(bars, unit),
    }),
    tables: [{ headings: [unit, 'ratings'], rows: bars.map(({ from, ratings }) => [periodOf(from, unit), ratings]) }],
  }
}

/** Characters of an ISO 8601 time that name a period. */
const PERIOD_LENGTH: Record<Unit, number> = { hour: 16, day: 10, week: 10, month: 7, year: 4 }
const periodOf = (from: string, unit: Unit): string => from.slice(0, PERIOD_LENGTH[unit]).replace('T', ' ')

const YEARS_FROM_MONTHS = 48

function periodLabels(bars: Activity['bars'], unit: Unit): { bar: number; label: string }[] {
  const named = bars.map(({ from }, bar) => ({
    bar,
    label: periodOf(from, unit).slice(unit === 'month' || unit === 'year' ? 0 : 5),
  }))
  if (unit === 'year') return thinned(named, MOST_LABELS)
  if (unit !== 'month' || bars.length < YEARS_FROM_MONTHS) return thinned(named, MOST_LABELS - 2)
  const januaries = named.filter(({ label }) => label.endsWith('-01'))
  return thinned(
    januaries.map(({ bar, label }) => ({ bar, label: label.slice(0, 4) })),
    MOST_LABELS,
  )
}
