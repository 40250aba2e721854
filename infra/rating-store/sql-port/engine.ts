import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { killUntilOver } from '../../kill-until-over.ts'
import type { Logger } from '../../logging.ts'
import { ANSWERS } from '../connect-embedded.ts'
import { loadChdb } from '../load-chdb.ts'
import { quoted } from '../quoted.ts'
import { openAnswers, type Stored } from './answers.ts'
import { checkFormat, checkTree } from './check-tree.ts'
import { checkKeywords } from './keywords.ts'
import { LISTED } from './listed.ts'
import { Refusal } from './refusal.ts'
import { checkStatement } from './statements.ts'
import { readSyntaxTree } from './syntax-tree.ts'
import { currentFor, isAllowedDatabase, type Names, namesOfWith } from './tables.ts'
import { createTurns, type TurnLimits } from './turns.ts'
import { checkParameters } from './types.ts'
import { CHECKING } from './url-settings.ts'

export interface Query {
  readonly text: string
  /** Of names without one; `default`: foldstream's own. */
  readonly database: string
  /** Where the query names none. */
  readonly defaultFormat: string
  /** By their names in the text, with `param_` before; in ClickHouse's own form. */
  readonly parameters: Readonly<Record<string, string>>
  /** As readSettings (url-settings.ts) lets them through: by their names. */
  readonly settings: Readonly<Record<string, string>>
  /** Ends it, and takes the answer away. */
  readonly signal: AbortSignal
}

export interface Answer extends Stored {
  readonly format: string
  readonly rowsRead: number
  readonly bytesRead: number
  readonly seconds: number
}

/** ClickHouse in this process, asked by strangers. */
export interface Engine {
  readonly version: string
  readonly timezone: string
  /** @throws Refusal, or ClickHouse's own error */
  run(query: Query): Promise<Answer>
  /** Ends what runs, but for what does not let itself be ended. */
  close(): Promise<void>
}

/** In the log comment of every query, by which it is found again to be ended. */
const MARK = 'foldstream-sql-port-'

/** Beyond its limit of time, within which it ends by itself, and the time that checking it may take. */
const LATE_MS = 7_000

/**
 * Opens the embedded rating store for reading, which this process has open already.
 *
 * chdb has no users and no grants, runs several statements in one, and its `readonly=1` lets through what reads files
 * (`file` as a scalar), what writes them (INTO OUTFILE), and a SETTINGS clause in a subquery that undoes it. So a query is checked
 * before it runs. Its text goes, as a bound parameter, through formatQuerySingleLine, which refuses several statements and
 * writes what is left in one form; only this is explained and, when every part of it is listed as allowed, run. What is
 * explained and what is run is the same text, with the same parameters, on the same connection.
 *
 * Each query has a connection of its own, since settings stay on one, and queries on one wait for each other: opening it takes a
 * fraction of a millisecond.
 *
 * @throws ConfigError where chdb does not run
 */
export async function openEngine(folder: string, logger: Logger, limits?: TurnLimits): Promise<Engine> {
  const { Session } = await loadChdb()
  const path = resolve(folder)
  const control = new Session(path)
  const answers = await openAnswers(join(path, ANSWERS))
  const inTurn = createTurns(
    (left) => logger.warn({ left }, 'SQL port: a query that is to end goes on, within a call of a function'),
    limits,
  )
  const closing = new AbortController()
  const running = new Set<Promise<unknown>>()
  const rows = async <Row>(sql: string): Promise<Row[]> => {
    const answer = (await control.queryAsync(sql, { format: 'JSONEachRow' })).text()
    return answer.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row]))
  }
  const [about] = await rows<{ version: string; timezone: string }>(
    'SELECT version() AS version, timezone() AS timezone',
  )

  const functions = new Set(
    (await rows<{ name: string }>('SELECT lower(name) AS name FROM system.functions WHERE NOT is_aggregate')).map(
      ({ name }) => name,
    ),
  )
  const isFunction = (name: string): boolean => functions.has(name.toLowerCase())

  /** Asked anew for every query, in a millisecond: ClickHouse makes tables of its own when it first has something for them. */
  async function standingTables(): Promise<Names['exists']> {
    const tables = await rows<{ database: string; name: string }>('SELECT database, name FROM system.tables')
    const standing = new Set(tables.map(({ database, name }) => `${database}.${name}`))
    return (database, table) => standing.has(`${database}.${table}`)
  }

  async function run(query: Query): Promise<Answer> {
    const { text, database, defaultFormat, parameters, settings, signal } = query
    if (!isAllowedDatabase(database)) throw new Refusal('UNKNOWN_DATABASE', `Database ${database} cannot be read here`)
    checkFormat(defaultFormat)
    // The engine is written in C++, where text may end at such a byte.
    if ([text, database, ...Object.values(parameters)].some((value) => value.includes('\0')))
      throw new Refusal('SYNTAX_ERROR', 'A query holds no NUL')
    const session = new Session(path)
    const mark = MARK + randomUUID()
    const over = new AbortController()
    const end = (): void => void kill(mark, over.signal)
    try {
      await session.queryAsync(setting(CHECKING))
      const formatted = await session.queryBindAsync(
        'SELECT formatQuerySingleLine({q:String})',
        { q: text },
        { format: 'TabSeparatedRaw' },
      )
      const checked = formatted.text().replace(/\n$/, '')
      checkParameters(checked)
      const current = currentFor(database)
      await session.queryAsync(`${setting(parameters)}USE ${current}`)
      const names: Names = { current, own: namesOfWith(checked), exists: await standingTables(), isFunction }
      let asked = checkStatement(checked, names)
      if (asked === undefined) {
        const explained = await session.queryAsync(`EXPLAIN AST ${checked}`, { format: 'TabSeparatedRaw' })
        asked = { format: checkTree(readSyntaxTree(explained.text()), names) }
        checkKeywords(checked)
      }
      const format = asked.format ?? defaultFormat
      checkFormat(format)
      // Only now: a limit of rows would have cut the syntax tree.
      await session.queryAsync(setting({ ...settings, ...LISTED, log_comment: mark, readonly: '1' }))
      signal.throwIfAborted()
      signal.addEventListener('abort', end, { once: true })
      let figures = { rowsRead: 0, bytesRead: 0, seconds: 0 }
      // By the engine itself, on a thread of its own: as a result it would lie in memory as a whole.
      const stored = await answers.store(async (file) => {
        const text = `${withoutFormat(checked, asked.format)} INTO OUTFILE ${quoted(file)} FORMAT ${format}`
        const { rowsRead, bytesRead, elapsed } = await session.queryAsync(text)
        figures = { rowsRead, bytesRead, seconds: elapsed }
      }, end)
      const leave = (): void => void stored.content.destroy()
      signal.addEventListener('abort', leave, { once: true })
      // A signal that somebody listens to lives as long as the port, and all of the query with it.
      stored.content.once('close', () => signal.removeEventListener('abort', leave))
      if (signal.aborted) leave()
      return { format, ...figures, ...stored }
    } finally {
      signal.removeEventListener('abort', end)
      over.abort()
      session.close()
    }
  }

  const kill = (mark: string, over: AbortSignal): Promise<void> =>
    killUntilOver(() => control.queryAsync(`KILL QUERY WHERE Settings['log_comment'] = '${mark}' ASYNC`), over)

  return {
    version: about?.version ?? '',
    timezone: about?.timezone ?? 'UTC',
    async run(query) {
      const late = new AbortController()
      const signal = AbortSignal.any([query.signal, closing.signal, late.signal])
      const answer = inTurn(signal, async () => {
        const seconds = Number(query.settings.max_execution_time)
        const timer = setTimeout(() => late.abort(tooLate(seconds)), seconds * 1_000 + LATE_MS)
        return run({ ...query, signal }).finally(() => clearTimeout(timer))
      })
      running.add(answer)
      return answer.finally(() => running.delete(answer))
    },
    async close() {
      closing.abort(new Refusal('QUERY_WAS_CANCELLED', 'foldstream is stopping'))
      await Promise.allSettled(running)
      control.close()
    },
  }
}

const tooLate = (seconds: number): Refusal =>
  new Refusal('TIMEOUT_EXCEEDED', `Timeout exceeded: it goes on after ${seconds} s, within a call of a function`)

const setting = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `SET ${name} = ${quoted(value)}; `)
    .join('')

/** @throws Refusal where it is not the end of the text */
function withoutFormat(text: string, format: string | undefined): string {
  const ending = format === undefined ? '' : ` FORMAT ${format}`
  if (!text.endsWith(ending)) throw new Refusal('ACCESS_DENIED', 'FORMAT is to stand at the end of a query')
  return text.slice(0, text.length - ending.length)
}
