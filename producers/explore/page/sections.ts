import { counted } from '../../../infra/counted.ts'
import type { Distribution } from '../distribution.ts'
import type { Exploration } from '../exploration.ts'
import { inDigits, inPercent, inPlaces, QUANTILE_NAMES, rangeOf } from '../wording.ts'
import { activitySection } from './activity-section.ts'
import { barChart } from './bars.ts'
import { card, percent, type Section } from './card.ts'
import { tailCurve } from './curve.ts'
import { type Html, thinned } from './frame.ts'
import { heatMap, partOf } from './heat.ts'
import { rowChart } from './rows.ts'

const MOST_VALUE_LABELS = 12
const MOST_GENRES = 20

/** The charts, each with a line that answers its question and a table of its numbers. */
export function sections(exploration: Exploration): Html[] {
  const { ratingsPerUser, ratingsPerItem, genres } = exploration
  return [
    card(valueSection(exploration)),
    card(activitySection(exploration.activity)),
    card(spreadSection('How much does a user rate?', 'users', ratingsPerUser)),
    card(spreadSection('How often is an item rated?', 'items', ratingsPerItem)),
    card(tailSection(exploration)),
    card(fillSection(exploration)),
    ...(genres.length > 0 ? [card(genreSection(exploration), true)] : []),
  ]
}

function valueSection({ values, counts, scale }: Exploration): Section {
  const all = values.reduce((sum, { ratings }) => sum + ratings, 0)
  const outside = values.filter((bar) => bar.isOutsideScale).reduce((sum, { ratings }) => sum + ratings, 0)
  const [top] = values.toSorted((a, b) => b.ratings - a.ratings)
  const beyond = outside > 0 ? ` ${counted(outside, 'value')} outside of ${scale.min} to ${scale.max}, in orange.` : ''
  return {
    question: 'Which values are given?',
    answer: top
      ? `Most often ${rangeOf(top)} (${inPercent(top.ratings / all)}); the mean is ${inPlaces(counts.meanValue)}.${beyond}`
      : 'None that can be read.',
    chart: barChart({
      label: 'Ratings by value',
      x: `value (scale ${scale.min} to ${scale.max})`,
      y: 'ratings',
      bars: values.map((bar) => ({ name: rangeOf(bar), value: bar.ratings, isMarked: bar.isOutsideScale })),
      names: thinned(
        values.map(({ from }, bar) => ({ bar, label: inDigits(from) })),
        MOST_VALUE_LABELS,
      ),
    }),
    tables: [
      {
        headings: ['value', 'ratings', 'share'],
        rows: values.map((bar) => [rangeOf(bar), bar.ratings, percent(bar.ratings / all)]),
      },
    ],
  }
}

function spreadSection(question: string, owners: 'users' | 'items', { quantiles, mean, bars }: Distribution): Section {
  const names = Object.entries(QUANTILE_NAMES) as [keyof typeof QUANTILE_NAMES, string][]
  return {
    question,
    answer: `Half of the ${owners} have at most ${counted(quantiles.median, 'rating')}, a tenth ${inDigits(quantiles.p90)} or more; the mean is ${mean.toFixed(1)}.`,
    chart: barChart({
      label: `${owners} by their ratings`,
      x: owners === 'users' ? 'ratings by a user, doubling' : 'ratings of an item, doubling',
      y: owners,
      bars: bars.map((bar) => ({ name: `${rangeOf(bar)} ratings`, value: bar.owners })),
      names: bars.map(({ from }, bar) => ({ bar, label: from < 1000 ? String(from) : `${Math.round(from / 1024)}K` })),
    }),
    tables: [
      { headings: ['ratings', owners], rows: bars.map((bar) => [rangeOf(bar), bar.owners]) },
      {
        headings: [`share of the ${owners}`, 'ratings at most'],
        rows: names.map(([name, inWords]) => [inWords, quantiles[name]]),
      },
    ],
  }
}

function tailSection({ longTail, counts }: Exploration): Section {
  const { gini, itemsFor80, shareFor80, once, curve } = longTail
  return {
    question: 'How long is the tail?',
    answer: `80 % of the ratings are of ${inDigits(itemsFor80)} of ${counted(counts.items, 'item')} (${inPercent(shareFor80)}); ${inDigits(once)} were rated once. Gini ${inPlaces(gini)}.`,
    chart: tailCurve(longTail),
    tables: [
      {
        headings: ['items, the most rated first', 'ratings'],
        rows: curve.map(({ items, ratings }) => [percent(items), percent(ratings)]),
      },
    ],
  }
}

function fillSection({ fill, counts }: Exploration): Section {
  return {
    question: 'How full is the matrix?',
    answer: `${inPercent(counts.density)} of all pairs; ${inPercent(fill[0]?.[0] ?? 0)} where the most active users meet the most rated items. The stronger the colour, the fuller.`,
    chart: heatMap(fill),
    tables: [
      {
        headings: ['users', ...(fill[0] ?? []).map((_, n) => `items ${n + 1}`)],
        rows: fill.map((row, r) => [partOf(r, fill.length), ...row.map(percent)]),
      },
    ],
  }
}

function genreSection({ genres }: Exploration): Section {
  const [top] = genres
  const shown = genres.slice(0, MOST_GENRES)
  const rest = genres.length - shown.length
  return {
    question: 'Which genres?',
    answer: `${top?.genre ?? 'No genre'} has most: ${inPercent(top?.share ?? 0)} of the ratings. An item of two genres counts in both.${rest > 0 ? ` ${inDigits(rest)} more are in the numbers.` : ''}`,
    chart: rowChart(
      'Share of the ratings by genre',
      'ratings (%), and their mean',
      shown.map(({ genre, share, meanValue }) => ({
        name: genre ?? 'none',
        value: share,
        text: `${inPercent(share)}${meanValue === null ? '' : `, ${inPlaces(meanValue)}`}`,
      })),
    ),
    tables: [
      {
        headings: ['genre', 'items', 'ratings', 'share', 'mean'],
        rows: genres.map(({ genre, items, ratings, share, meanValue }) => [
          genre ?? 'none',
          items,
          ratings,
          percent(share),
          { figure: meanValue === null ? '' : inPlaces(meanValue) },
        ]),
      },
    ],
  }
}
