import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sqlEngine } from './engine.fixture.ts'
import { readSettings } from './url-settings.ts'

const { ask, anything } = sqlEngine()
const file = readFileSync(join(import.meta.dirname, '../analysts.sql'), 'utf8')
const statements = file
  .replaceAll(/^ *--.*$/gm, '')
  .split(';')
  .map((statement) => statement.trim())
  .filter((statement) => statement !== '')

/** chdb makes no users: that ClickHouse understands the statements is all that can be seen of them here. */
it('a server is given statements that ClickHouse reads', async () => {
  for (const statement of statements) {
    const quoted = statement.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
    expect(await anything(`SELECT formatQuerySingleLine('${quoted}')`)).toContain('foldstream_analyst')
  }
})

it('whom it makes there reads the same tables within the same limits', async () => {
  const granted = statements.flatMap((statement) => /^GRANT SELECT ON (\S+)/.exec(statement)?.[1] ?? [])
  expect(granted).toContain('analytics.*')
  const own = (await anything("SELECT name FROM system.tables WHERE database = 'foldstream'")).trim().split('\n')
  for (const name of own.map((table) => `foldstream.${table}`)) {
    const isRead = await ask(`SELECT * FROM ${name} LIMIT 0`).then(
      () => true,
      () => false,
    )
    expect(granted.includes(name), name).toBe(isRead)
  }
  const limits = Object.entries(readSettings(new URLSearchParams()).settings).filter(
    ([name]) => !/external|threads/.test(name),
  )
  for (const [name, value] of limits) expect(file).toMatch(new RegExp(`${name} = '?${value}'?[,; ]`))
})
