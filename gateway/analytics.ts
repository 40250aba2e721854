import { z } from '@hono/zod-openapi'
import type { Analytics, ChartAnswer, ChartCsv, ChartParameters } from '../infra/analytics/port.ts'
import { UnknownChartError } from '../infra/errors.ts'
import { invalidRequest, Problem } from './problems.ts'
import { text } from './schemas/parameters.ts'

export const chartInfo = z
  .object({
    name: z.string(),
    title: z.string().openapi({ description: 'The question that it answers' }),
    sql: z.string().openapi({ description: 'Its query; `{from:Date}` and the like stand for parameters' }),
    parameters: z.array(z.enum(['from', 'to', 'itemId', 'genre'])),
    columns: z.array(
      z.object({ name: z.string(), unit: z.string().openapi({ description: 'As an axis would be labelled' }) }),
    ),
  })
  .openapi('ChartInfo')

const time = z.iso.datetime()

export const chartAnswer = z
  .object({
    name: z.string(),
    rows: z
      .array(z.record(z.string(), z.union([z.string(), z.number(), z.null()])))
      .openapi({ description: 'By the columns of the chart' }),
    sentence: z.string().openapi({ description: 'What the rows say' }),
    asOf: time.optional().openapi({
      description:
        'What had come in by then is shown. Left out: the chart is worked out as it is asked for, or nothing is there to be shown yet',
    }),
    from: z.iso.date().optional().openapi({ description: 'First day of the range; left out where the chart has none' }),
    to: z.iso.date().optional().openapi({ description: 'Last day of the range' }),
    isCut: z.boolean().openapi({ description: 'It took too long, and was cut off: there are no rows' }),
  })
  .openapi('ChartAnswer')

const WHEN = 'a day such as 2026-01-31, a time as ISO 8601 with a zone, or milliseconds since 1970'
/** Where ClickHouse's days end. */
const LAST_DAY = Date.parse('2149-06-06T00:00:00Z')

const when = z
  .union(
    [z.iso.date(), z.iso.datetime({ offset: true }), z.string().regex(/^\d{1,15}$/)].map((form) =>
      form.transform((given) => (/^\d+$/.test(given) ? Number(given) : Date.parse(given))),
    ),
    { error: `Expected ${WHEN}` },
  )
  .refine((ms) => ms >= 0 && ms < LAST_DAY, `Expected ${WHEN}`)
  .optional()
  .openapi({ description: WHEN, example: '2026-01-31' })

export const chartQuery = z.strictObject({
  from: when,
  to: when,
  itemId: text(1, 128).optional().openapi({ description: 'For charts of one item, which need it' }),
  genre: text(1, 256)
    .optional()
    .openapi({ description: 'For charts that tell of items of one genre; left out: of all' }),
  format: z.enum(['json', 'csv']).optional().openapi({
    description: 'Left out: `csv` for who accepts `text/csv`, else `json`',
  }),
})

/** @throws Problem where this process has none */
export function openAnalytics(analytics: Analytics | undefined): Analytics {
  if (analytics) return analytics
  throw new Problem('not-found', 'This process has no rating store, and knows of none.')
}

/** @throws Problem where the chart takes others, UnknownChartError */
export function parametersOf(analytics: Analytics, name: string, given: ChartParameters): ChartParameters {
  const chart = analytics.charts.find((one) => one.name === name)
  if (chart === undefined)
    throw new UnknownChartError(`There is no chart '${name}'; GET /v1/analytics/charts lists them.`)
  const takes = chart.parameters.length > 0 ? chart.parameters.join(', ') : 'none'
  const others = Object.entries(given).filter(
    ([one, value]) => value !== undefined && !chart.parameters.some((known) => known === one),
  )
  const faults = others.map(([path]) => ({
    path,
    message: `The chart ${name} has the parameters ${takes}: this one it does not take`,
  }))
  if (chart.parameters.includes('itemId') && given.itemId === undefined)
    faults.push({ path: 'itemId', message: 'The chart is of one item: name it' })
  if (given.from !== undefined && given.to !== undefined && given.from > given.to)
    faults.push({ path: 'to', message: 'The range ends before it begins' })
  if (faults.length > 0) throw invalidRequest(faults)
  return given
}

/** As in daily-ratings_2018-01-01_2018-09-24.csv: files of several ranges tell themselves apart. */
export const csvName = (name: string, days: Pick<ChartCsv, 'from' | 'to'>): string =>
  `${[name, ...Object.values(daysOf(days))].join('_')}.csv`

const daysOf = ({ from, to }: Pick<ChartCsv, 'from' | 'to'>): { from?: string; to?: string } => ({
  ...(from !== undefined && { from: new Date(from).toISOString().slice(0, 10) }),
  ...(to !== undefined && { to: new Date(to).toISOString().slice(0, 10) }),
})

export function told(name: string, { asOf, from, to, rows, ...answer }: ChartAnswer): z.output<typeof chartAnswer> {
  return {
    name,
    ...answer,
    rows: rows.map((row) => ({ ...row })),
    ...(asOf !== undefined && { asOf: new Date(asOf).toISOString() }),
    ...daysOf({ from, to }),
  }
}
