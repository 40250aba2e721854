import { Refusal } from './refusal.ts'

/** Made for people, so whatever stands there, but for the hidden tables that refreshable views keep their rows in. */
const VIEWS = 'analytics'

/**
 * Tables by database. Of foldstream's own, not those that tell who was erased: `erasures` holds hashes of their ids and `log_binding`
 * the key of these hashes. Nor those through which rows come in. Of ClickHouse's own, what clients read to find their way, and nothing
 * of what others ask (`processes`, `query_log`) or of the machine (`disks`, `server_settings`, `stack_trace`).
 */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  foldstream: ['ratings', 'latest_ratings', 'items', 'generations', 'sink_progress', 'served', 'measurements'],
  system: [
    ...['databases', 'tables', 'columns', 'functions', 'settings', 'data_type_families', 'formats', 'keywords'],
    ...[
      'table_engines',
      'table_functions',
      'aggregate_function_combinators',
      'data_skipping_indices',
      'view_refreshes',
    ],
    ...['one', 'numbers', 'numbers_mt', 'zeros', 'zeros_mt', 'time_zones'],
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
  const [database, table] = split(name, names.current)
  if (isAllowedTable(database, table)) return
  if (!name.includes('.') && isPlain(name) && !names.exists(database, table)) return
  throw new Refusal('ACCESS_DENIED', `Table ${name} cannot be read here`)
}

/**
 * An identifier elsewhere names a column, or, after IN, a table, be it by an alias that stands at another place. So one that could
 * name a table which may not be read is refused wherever it stands.
 * @throws Refusal
 */
export function checkIdentifier(name: string, names: Names): void {
  const [database, table] = split(name, names.current)
  if (isAllowedTable(database, table) || !names.exists(database, table)) return
  throw new Refusal('ACCESS_DENIED', `${name} is a table that cannot be read here`)
}

/** Of more than two parts, those behind are a column's. */
function split(name: string, current: string): [database: string, table: string] {
  const [first = '', second] = name.split('.')
  return second === undefined ? [current, first] : [first, second]
}
