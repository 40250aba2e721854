import { existsSync } from 'node:fs'
import { glob, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { STAGING } from './connection.ts'

/**
 * Definitions of tables that are empty files, as ClickHouse leaves them on a full disk without a word (define.ts), and which it then
 * refuses to start on. Of a table that was still to be filled the file is removed, and nothing is lost with it.
 *
 * @returns the names of others, whose rows cannot be read any more
 */
export async function mendDefinitions(folder: string): Promise<string[]> {
  const lost: string[] = []
  // Where ClickHouse keeps those of the tables of a database.
  const store = join(folder, 'store')
  if (!existsSync(store)) return lost
  for await (const path of glob('*/*/*.sql', { cwd: store })) {
    const file = join(store, path)
    if ((await stat(file)).size > 0) continue
    const table = basename(path, '.sql')
    if (table.includes(STAGING)) await rm(file)
    else lost.push(table)
  }
  return lost
}
