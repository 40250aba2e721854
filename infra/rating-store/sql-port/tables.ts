import { Refusal } from './refusal.ts'

/** Made for people, so whatever stands there, but for the hidden tables that refreshable views keep their rows in. */
export const VIEWS = 'analytics'

/** They read `log_binding`, so that on a server whoever may read them may be told the key as well; the tables that they fill say the same. */
const CLOSED_VIEWS = ['ratings_now', 'scale_values_now']

/**
 * Tables by database. Of foldstream's own, not those that tell who was erased: `erasures` holds hashes of their ids and `log_binding`
 * the key of these hashes. Nor those through which rows come in. Of ClickHouse's own, what clients read to find their way, and nothing
 * of what others ask (`processes`, `query_log`) or of the machine (`disks`, `server_settings`, `stack_trace`).
 */
export const TABLES: Readonly<Record<string, readonly string[]>> = {
  foldstream: [
    ...['ratings', 'latest_ratings', 'arrivals', 'items', 'generations', 'sink_progress', 'served', 'measurements'],
  ],
  system: [
    ...['databases', 'tables', 'columns', 'functions', 'settings', 'data_type_families', 'formats', 'keywords'],
    ...['table_engines', 'table_functions', 'aggregate_function_combinators', 'data_skipping_indices'],
    ...['view_refreshes', 'one', 'numbers', 'numbers_mt', 'zeros', 'zeros_mt', 'time_zones'],
  ],
  information_schema: ['schemata', 'tables', 'views', 'columns', 'key_column_usage', 'referential_constraints'],
}

/** ClickHouse has it, and every table of it, in small and in capital letters. */
const SCHEMA = /^information_schema$/i

/** What there is to be named, as far as it matters to a query. */
export interface Names {
  /** The database of names without one. */
  readonly current: string
  /** Those of the query's own WITH. */
  readonly own: ReadonlySet<string>
  /** Whether there is such a table. */
  exists(database: string, table: string): boolean
  /** Whether there is such a function of plain values, allowed or not, in small or capital letters. */
  isFunction(name: string): boolean
}

/**
 * It is there on every ClickHouse, and clients begin with it. In chdb it has no tables, but every file that this process may read is one
 * of it, under its path, and is listed nowhere. So no name is ever looked up there.
 */
const FILES = 'default'

/** @returns where names without a database are looked up, for a request that names this one */
export const currentFor = (database: string): string => (database === FILES ? 'foldstream' : database)

/** `a AS (`, `a(b, c) AS MATERIALIZED (`, as formatQuerySingleLine writes them. From the beginning of a word: a long one is read once. */
const WITH_ELEMENT = /(?<!\w)(\w+)`?(?:\([^()]*\))? AS (?:MATERIALIZED )?\(/g

/**
 * Names that a WITH of this text may give, and a few more: of windows, and of what stands in texts. A name is let through by that which is
 * no table's, so that wherever it is not known, ClickHouse finds nothing.
 * @param text  as formatQuerySingleLine writes it
 */
export const namesOfWith = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(WITH_ELEMENT)].map(([, name = '']) => name))

const isPlain = (name: string): boolean => /^\w+$/.test(name)

function isAllowedTable(database: string, table: string): boolean {
  if (database === VIEWS) return isPlain(table) && !CLOSED_VIEWS.includes(table)
  if (SCHEMA.test(database)) return TABLES.information_schema?.includes(table.toLowerCase()) ?? false
  return Object.hasOwn(TABLES, database) && (TABLES[database]?.includes(table) ?? false)
}

export const isAllowedDatabase = (name: string): boolean =>
  name === VIEWS || name === FILES || Object.hasOwn(TABLES, name) || SCHEMA.test(name)

/**
 * @param name  of a table, as it stands after FROM. One without a database may be that of a WITH, if there is no such table: where
 *   the WITH does not reach, and within its own element, a table of its name would be read.
 * @throws Refusal
 */
export function checkTable(name: string, names: Names): void {
  const parts = name.split('.')
  const [table = '', database = names.current] = parts.toReversed()
  const isUnknown = parts.length === 1 && !names.exists(database, table)
  if (isUnknown && !names.own.has(table))
    throw new Refusal('UNKNOWN_TABLE', `Unknown table expression identifier '${name}'`)
  if (parts.length <= 2 && parts.every(isPlain) && (isUnknown || isAllowedTable(database, table))) return
  throw new Refusal('ACCESS_DENIED', `Table ${name} cannot be read here`)
}

/**
 * An identifier elsewhere names a column, or, after IN, a table, be it by an alias that stands at another place. So one that could
 * name a table which may not be read, or a column of it, is refused wherever it stands.
 * @throws Refusal
 */
export function checkIdentifier(name: string, names: Names): void {
  for (const [database, table] of meaningsOf(name, names.current))
    if (database === FILES || (names.exists(database, table) && !isAllowedTable(database, table)))
      throw new Refusal('ACCESS_DENIED', `${name} is a table that cannot be read here`)
}

/** More than any column of a column needs. */
const MAX_DOTS = 16

/** A database and a table, or a table alone, and columns behind; where a part begins is not told, since parts may hold dots. */
function* meaningsOf(name: string, current: string): Generator<[database: string, table: string]> {
  const parts = name.split('.')
  if (parts.length > MAX_DOTS + 1) throw new Refusal('ACCESS_DENIED', 'This query has a name of too many parts')
  for (let end = 1; end <= parts.length; end++) {
    yield [current, parts.slice(0, end).join('.')]
    for (let middle = 1; middle < end; middle++)
      yield [parts.slice(0, middle).join('.'), parts.slice(middle, end).join('.')]
  }
}
