import { counted } from '../../infra/counted.ts'
import type { Distribution } from './distribution.ts'
import type { Exploration } from './exploration.ts'
import { dayOf, inDigits, inPercent, inPlaces, QUANTILE_NAMES, rangeOf } from './wording.ts'

const BAR_WIDTH = 30
const SPARK_WIDTH = 60
const SPARKS = '▁▂▃▄▅▆▇█'
const MAX_GENRES = 10
const LABEL_WIDTH = 18
const MAX_EXAMPLE_LENGTH = 110

/** What a dataset looks like, for a terminal. */
export function inWords(exploration: Exploration): string {
  const { dataset, counts, values, activity, longTail, genres, suspicious } = exploration
  const catalogue =
    counts.described === 0
      ? ', no catalogue'
      : ` rated; of ${inDigits(counts.described)} in the catalogue nobody rated ${inDigits(counts.unrated)}`
  const most = Math.max(1, ...values.map(({ ratings }) => ratings))
  const all = values.reduce((sum, { ratings }) => sum + ratings, 0)
  const found = suspicious.filter(({ count }) => count > 0)
  return [
    ...block('dataset', [dataset]),
    ...block('users', [inDigits(counts.users)]),
    ...block('items', [`${inDigits(counts.items)}${catalogue}`]),
    ...block('ratings', [
      `${inDigits(counts.ratings)} from ${dayOf(counts.from)} to ${dayOf(counts.to)}, mean ${inPlaces(counts.meanValue)}`,
    ]),
    ...block('density', [`${inPercent(counts.density)} of all pairs of a user and a rated item`]),
    ...block(
      'values',
      values.map((bar) => {
        const drawn = '█'.repeat(Math.ceil((BAR_WIDTH * bar.ratings) / most))
        const share = inPercent(bar.ratings / all)
        return `${rangeOf(bar).padEnd(6)}${share.padStart(7)} ${drawn}${bar.isOutsideScale ? ' outside of the scale' : ''}`
      }),
    ),
    ...quantiles(exploration),
    ...block(`by ${activity.unit}`, [sparks(activity.bars.map(({ ratings }) => ratings))]),
    ...block('long tail', [
      `Gini ${inPlaces(longTail.gini)}; 80 % of the ratings are of ${counted(longTail.itemsFor80, 'item')} (${inPercent(longTail.shareFor80)})`,
    ]),
    ...block(
      'genres',
      genres.slice(0, MAX_GENRES).map(({ genre, items, share, meanValue }) => {
        const mean = meanValue === null ? '' : `, mean ${inPlaces(meanValue)}`
        return `${(genre ?? 'none').padEnd(14)}${inPercent(share).padStart(7)} of the ratings, ${counted(items, 'item')}${mean}`
      }),
    ),
    ...block(
      'suspicious',
      found.length === 0
        ? ['nothing that was looked for']
        : found.flatMap(({ count, unit, what, note, examples }) => [
            `${counted(count, unit)} ${what}. ${note}`,
            ...examples.slice(0, 1).map((example) => `  such as ${exampleInWords(example)}`),
          ]),
    ),
  ]
    .map(harmless)
    .join('\n')
}

function block(label: string, lines: readonly string[]): string[] {
  return lines.map((line, n) => (n === 0 ? label : '').padEnd(LABEL_WIDTH) + line)
}

function quantiles({ ratingsPerUser, ratingsPerItem }: Exploration): string[] {
  const names = Object.keys(QUANTILE_NAMES) as (keyof typeof QUANTILE_NAMES)[]
  const row = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(9)).join('')
  const cellsOf = ({ quantiles, mean }: Distribution): string[] => [
    ...names.map((name) => inDigits(quantiles[name])),
    mean.toFixed(1),
  ]
  return [
    ...block('', [row([...Object.values(QUANTILE_NAMES), 'mean'])]),
    ...block('ratings by user', [row(cellsOf(ratingsPerUser))]),
    ...block('ratings by item', [row(cellsOf(ratingsPerItem))]),
  ]
}

/** A line of little bars, each the sum of as many counts as it takes to fit. */
function sparks(counts: readonly number[]): string {
  const each = Math.max(1, Math.ceil(counts.length / SPARK_WIDTH))
  const sums: number[] = []
  for (let at = 0; at < counts.length; at += each)
    sums.push(counts.slice(at, at + each).reduce((sum, count) => sum + count, 0))
  const most = Math.max(1, ...sums)
  return sums.map((sum) => (sum === 0 ? ' ' : SPARKS[Math.ceil((SPARKS.length * sum) / most) - 1])).join('')
}

function exampleInWords(example: Readonly<Record<string, string | number>>): string {
  const text = Object.entries(example)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? inDigits(value) : value}`)
    .join(', ')
  return text.length > MAX_EXAMPLE_LENGTH ? `${text.slice(0, MAX_EXAMPLE_LENGTH)}…` : text
}

/** Data may hold anything: what a terminal would obey is shown by its number. */
function harmless(line: string): string {
  const numbered = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return line.replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, numbered)
}
