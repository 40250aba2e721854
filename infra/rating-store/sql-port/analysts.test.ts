import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { statementsOf } from '../rights.fixture.ts'
import { sqlEngine } from './engine.fixture.ts'
import { readSettings } from './url-settings.ts'

const { ask, anything } = sqlEngine()
const read = (name: string) => readFileSync(join(import.meta.dirname, '..', name), 'utf8')
const file = read('analysts.sql')
const statements = statementsOf(file)

/** What they do is seen of rights.integration.ts. */
it.each(['analysts.sql', 'server-user.sql'])('a server is given statements that ClickHouse reads: %s', async (name) => {
  for (const statement of statementsOf(read(name))) {
    const quoted = statement.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
    const [word = ''] = statement.split(' ')
    expect(await anything(`SELECT formatQuerySingleLine('${quoted}')`)).toContain(word)
  }
})

it('whom it makes there reads the same tables within the same limits', async () => {
  const named = (verb: string) =>
    statements.flatMap((statement) => new RegExp(`^${verb} SELECT ON (\\S+)`).exec(statement)?.[1] ?? [])
  const [granted, revoked] = [named('GRANT'), named('REVOKE')]
  const isGranted = (name: string) =>
    !revoked.includes(name) && (granted.includes(name) || granted.includes(`${name.split('.')[0]}.*`))
  const there = await anything(
    "SELECT database || '.' || name FROM system.tables WHERE database IN ('foldstream', 'analytics') AND name NOT LIKE '.inner%'",
  )
  const names = there.trim().split('\n')
  expect(names.filter(isGranted)).toEqual(expect.arrayContaining(['foldstream.ratings', 'analytics.item_stats']))
  for (const name of names) {
    const isRead = await ask(`SELECT * FROM ${name} LIMIT 0`).then(
      () => true,
      () => false,
    )
    expect(isGranted(name), name).toBe(isRead)
  }
  const listed = await ask(
    "SELECT database || '.' || name FROM system.tables WHERE database IN ('foldstream', 'analytics')",
  )
  // What the tables of the views are filled from can be read, and is not worth a line.
  const worthALine = names.filter((name) => isGranted(name) && !name.endsWith('_now'))
  expect(listed.toString().trim().split('\n').sort()).toEqual(worthALine.sort())
  const limits = Object.entries(readSettings(new URLSearchParams()).settings).filter(
    ([name]) => !/external|threads/.test(name),
  )
  for (const [name, value] of limits) expect(file).toMatch(new RegExp(`${name} = '?${value}'?[,; ]`))
})

it('gives whoever is there already the profile that it makes anew, with its limits', () => {
  expect(statements.find((statement) => statement.startsWith('ALTER USER analyst'))).toMatch(
    /SETTINGS PROFILE 'foldstream_analyst'/,
  )
})

it('lets settings be changed there that may be changed here', () => {
  const changeable = [...file.matchAll(/^ +(\w+)(?: = .*)? CHANGEABLE_IN_READONLY/gm)].map(([, name = '']) => name)
  expect(changeable).toContain('enable_http_compression')
  for (const name of changeable) {
    const value = { session_timezone: 'UTC', date_time_output_format: 'iso' }[name] ?? '1'
    expect(() => readSettings(new URLSearchParams({ [name]: value })), name).not.toThrow()
  }
})
