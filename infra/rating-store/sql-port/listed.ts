import { quoted } from '../quoted.ts'
import { TABLES, VIEWS } from './tables.ts'

/**
 * ClickHouse's lists of tables and their columns tell how many rows each has, so that of `erasures` one would read how many users
 * asked to be forgotten. Only tables that may be read, and their databases, are in them, as they are for whom a server grants no others;
 * and not the views by which tables of analytics are filled, which answer what these do.
 */
const LISTS = { tables: 'name', columns: 'table', data_skipping_indices: 'table' }

/** @param table  the column in which their name stands, beside that of their `database` */
function mayBeRead(table: string): string {
  const named = Object.entries(TABLES).map(
    ([database, names]) => `lower(database) = ${quoted(database)} AND lower(${table}) IN (${listOf(names)})`,
  )
  const view = `database = ${quoted(VIEWS)} AND match(${table}, '^[A-Za-z0-9_]+$') AND NOT endsWith(${table}, '_now')`
  return [...named, view].map((condition) => `(${condition})`).join(' OR ')
}

const listOf = (names: readonly string[]): string => names.map(quoted).join(', ')

/** Not `default`: names in it are looked up in foldstream's own, and a database without a table misleads whoever picks it from a list. */
const databases = `lower(name) IN (${listOf([VIEWS, ...Object.keys(TABLES)])})`

const FILTERS = {
  databases,
  ...Object.fromEntries(Object.entries(LISTS).map(([list, table]) => [list, mayBeRead(table)])),
}

/** Conditions on whatever reads the lists, be it by SHOW or a view of theirs. */
export const LISTED = {
  additional_table_filters: `{${Object.entries(FILTERS).map(([list, filter]) => `'system.${list}': ${quoted(filter)}`)}}`,
}
