import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { silent } from '../../logging.ts'
import { sqlEngine } from './engine.fixture.ts'
import { openEngine } from './engine.ts'
import { readSettings } from './url-settings.ts'

const { anything, folder } = sqlEngine()

it('logs a query that goes on when it is to end', async () => {
  const logger = silent.child({})
  const warn = vi.spyOn(logger, 'warn')
  const engine = await openEngine(folder(), logger, { graceMs: 1 })
  const gone = new AbortController()
  // One call, within which nothing ends it: some seconds, where a reader's would be minutes.
  const text = "SELECT countMatches(repeat('a', 60000), 'a*b|a')"
  const asked = { text, database: 'foldstream', defaultFormat: 'TabSeparated', ...readSettings(new URLSearchParams()) }
  const told = engine.run({ ...asked, signal: gone.signal }).catch((error: Error) => error)
  while ((await anything("SELECT count() FROM system.processes WHERE query LIKE 'SELECT countM%'")) === '0\n')
    await sleep(1)
  gone.abort()
  expect(await told).toMatchObject({ name: 'AbortError' })
  expect(warn.mock.calls).toEqual([[{ left: 1 }, expect.stringMatching(/^SQL port: .* goes on/)]])
  await engine.close()
})
