import { UnavailableError, UnknownChartError } from '../errors.ts'
import { connectHttp, databaseOf } from '../rating-store/connect-http.ts'
import { analyticsOf, type Connection, DATABASE, type Session, type Settings } from '../rating-store/connection.ts'
import type { Chart } from './chart.ts'
import { CHARTS } from './charts.ts'
import type { Analytics, ChartCsv, ChartParameters, ChartRow } from './port.ts'
import { openForRefresh, refreshViews } from './refresh.ts'
import { lendSessions } from './sessions.ts'
import { hasErasureAhead, shownBelow, storedEvents } from './shown.ts'
import { type Ages, agesOf, dayOf, rangeOf } from './time-range.ts'

/** So long a chart may take, and so much longer its answer. */
const BUDGET_S = 3
const ANSWER_MS = 5_000
/** Charts that are worked out at once. */
const SESSIONS = 2
/** What is trending goes by the time of day. */
const MAX_AGE_MS = 3_600_000
const CODES = { timeout: '159', unknownTable: '60', unknownDatabase: '81' }

const chartSettings = (budgetS: number): Settings => ({
  max_execution_time: budgetS,
  timeout_overflow_mode: 'throw',
  max_memory_usage: 1_000_000_000,
  date_time_output_format: 'iso',
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 0,
})

/**
 * Charts of the views in a database that is connected to elsewhere.
 * @param connected  what `charts` and `refresh` ask, on sessions of their own
 */
export function createAnalytics(
  database: string,
  connected: () => Promise<Connection>,
  { known = CHARTS, budgetS = BUDGET_S }: { known?: readonly Chart[]; budgetS?: number } = {},
): Analytics {
  const place = analyticsOf({ database })
  const charts = known.map((chart) => ({ ...chart, sql: chart.sql.replaceAll('analytics.', `${place}.`) }))
  const withSession = lendSessions(
    async () => (await connected()).open(chartSettings(budgetS), 1_000 * budgetS + ANSWER_MS),
    SESSIONS,
  )
  let refreshing: Promise<Session> | undefined

  function find(name: string): Chart {
    const chart = charts.find((one) => one.name === name)
    if (chart === undefined) throw new UnknownChartError(`There is no chart '${name}'.`)
    return chart
  }

  async function ask<T>(
    name: string,
    parameters: ChartParameters,
    use: (session: Session, chart: Chart, values: Record<string, string>, ages: Ages) => Promise<T>,
  ): Promise<T> {
    const chart = find(name)
    return await withSession(async (session) => {
      try {
        const ages = await agesOf(session, place)
        const range = rangeOf(parameters, { now: ages.now, newestEvent: ages.newestEvent(chart.views) })
        const values = { ...range, itemId: parameters.itemId ?? '', genre: parameters.genre ?? '' }
        return await use(session, chart, values, ages)
      } catch (error) {
        throw explained(error)
      }
    })
  }

  return {
    charts: charts.map(({ name, title, sql, parameters, columns }) => ({ name, title, sql, parameters, columns })),

    run: (name, parameters) =>
      ask(name, parameters, async (session, chart, values, ages) => {
        const about = { asOf: ages.asOf(chart.views), ...spanOf(chart, values) }
        try {
          const rows = await session.rows<ChartRow>(chart.sql, values)
          const newest = ages.newestEvent(chart.views)
          const asked = {
            ...{ from: values.from as string, to: values.to as string, today: dayOf(ages.now) },
            newest: newest === undefined ? undefined : dayOf(newest),
          }
          const sentence = rows.length > 0 ? chart.sentence(rows, asked) : chart.nothing
          return { ...about, rows, sentence, isCut: false }
        } catch (error) {
          if (!isOf(error, CODES.timeout)) throw error
          return { ...about, rows: [], sentence: TOO_LONG, isCut: true }
        }
      }),

    csv: (name, parameters) =>
      ask(name, parameters, async (session, chart, values) => ({
        ...spanOf(chart, values),
        csv: await session.text(chart.sql, values, 'CSVWithNames'),
      })),

    async refresh(signal) {
      const connection = await connected()
      refreshing ??= openForRefresh(connection)
      refreshing.catch(() => {
        refreshing = undefined
      })
      return await refreshViews(connection, await refreshing, { ...(signal && { signal }), maxAgeMs: MAX_AGE_MS })
    },

    hasErasureAhead: () => withSession((session) => hasErasureAhead(session, place)),
    storedEvents: () => withSession(storedEvents),
    shownBelow: () => withSession((session) => shownBelow(session, place)),
  }
}

/** Charts alone: connects when the first is asked for, and again when that failed. */
export function openHttpAnalytics(url: string): Analytics & { close(): Promise<void> } {
  let connection: Promise<Connection> | undefined
  const connected = (): Promise<Connection> => {
    connection ??= connectHttp(url, DATABASE).catch((error) => {
      connection = undefined
      throw error
    })
    return connection
  }
  return {
    ...createAnalytics(databaseOf(url, DATABASE), connected),
    async close() {
      await connection?.then((open) => open.close()).catch(() => {})
    },
  }
}

function spanOf({ parameters }: Chart, { from, to }: Record<string, string>): Pick<ChartCsv, 'from' | 'to'> {
  const [first, last] = parameters.includes('from') ? [from, to].map((day = '') => Date.parse(day)) : []
  return { from: first, to: last }
}

const TOO_LONG =
  'This took longer than the few seconds that a chart may take, and was cut off. Ask again, or for a shorter range.'

/** By its code: chdb's errors are of a class of its own. */
const isOf = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))

function explained(error: unknown): unknown {
  if (isOf(error, CODES.timeout)) return new UnavailableError(TOO_LONG, { cause: error })
  if (!isOf(error, CODES.unknownTable, CODES.unknownDatabase)) return error
  return new UnavailableError('ClickHouse has no views yet: a process with the role sink makes them when it starts', {
    cause: error,
  })
}
