import { Refusal } from './refusal.ts'

/** Made for people, so whatever stands there, but for the hidden tables that refreshable views keep their rows in. */
const VIEWS = 'analytics'

/**
 * Tables by database. Of foldstream's own, not those that tell who was erased: `erasures` holds hashes of their ids and `log_binding`
 * the key of these hashes. Nor those through which rows come in. Of ClickHouse's own, what clients read to find their way, and nothing
 * of what others ask (`processes`, `query_log`) or of the machine (`disks`, `server_settings`, `stack_trace`).
 */
const TABLES: Readonly<Record<string, readonly string[]>> = {
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
  /** Whether there is such a table. */
  exists(database: string, table: string): boolean
}

const isPlain = (name: string): boolean => /^\w+$/.test(name)

function isAllowedTable(database: string, table: string): boolean {
  if (database === VIEWS) return isPlain(table)
  if (SCHEMA.test(database)) return TABLES.information_schema?.includes(table.toLowerCase()) ?? false
  return Object.hasOwn(TABLES, database) && (TABLES[database]?.includes(table) ?? false)
}

/** `default` is there on every ClickHouse, and empty here; clients begin with it. */
export const isAllowedDatabase = (name: string): boolean =>
  name === VIEWS || name === 'default' || Object.hasOwn(TABLES, name) || SCHEMA.test(name)

/**
 * @param name  of a table, as it stands after FROM. One without a database may be that of a WITH: then nothing in the current
 *   database has this name, or what has it may be read too.
 * @throws Refusal
 */
export function checkTable(name: string, names: Names): void {
  const parts = name.split('.')
  const [table = '', database = names.current] = parts.toReversed()
  const isKnown = parts.length > 1 || names.exists(database, table)
  if (parts.length <= 2 && parts.every(isPlain) && (isAllowedTable(database, table) || !isKnown)) return
  throw new Refusal('ACCESS_DENIED', `Table ${name} cannot be read here`)
}

/**
 * An identifier elsewhere names a column, or, after IN, a table, be it by an alias that stands at another place. So one that could
 * name a table which may not be read, or a column of it, is refused wherever it stands.
 * @throws Refusal
 */
export function checkIdentifier(name: string, names: Names): void {
  for (const [database, table] of meaningsOf(name, names.current))
    if (names.exists(database, table) && !isAllowedTable(database, table))
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
