import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, type Service, startProcess } from '../services/process.ts'

/** The statements of a file of SQL, without its comments. */
export const statementsOf = (sql: string): string[] =>
  sql
    .replaceAll(/^ *--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim().replaceAll(/\s+/g, ' '))
    .filter((statement) => statement !== '')

/**
 * What statements give to a user by a role and a settings profile, as a file of users gives it to `default`, since chdb makes no users by
 * SQL: its profile, GRANT and REVOKE as they stand. What may be changed in spite of `readonly` is left out, for which chdb is never configured.
 */
export function usersFile(statements: readonly string[]): string {
  const [, profile = ''] = statements.flatMap(
    (statement) => /^CREATE SETTINGS PROFILE .*? SETTINGS (.*)$/.exec(statement) ?? [],
  )
  const settings = profile.split(', ').flatMap((setting) => {
    const [, name, value] = /^(\w+) = '?([^' ]+)'?/.exec(setting) ?? []
    return name === undefined ? [] : [`<${name}>${value}</${name}>`]
  })
  const grants = statements.flatMap((statement) => {
    const [, right] = /^((?:GRANT|REVOKE) .* ON .*) (?:TO|FROM) \w+$/.exec(statement) ?? []
    return right === undefined ? [] : [`<query>${right}</query>`]
  })
  return `<clickhouse>
  <profiles><default>${settings.join('')}</default></profiles>
  <quotas><default/></quotas>
  <users><default>
    <password/><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
    <grants>${grants.join('\n')}</grants>
  </default></users>
</clickhouse>`
}

/** chdb over HTTP in a process of its own, where everybody has the rights of such a file; without one, all rights. */
export async function chdbWithRights(data: string, users?: string): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-rights-'))
  const file = join(folder, 'users.xml')
  if (users !== undefined) await writeFile(file, users)
  const port = await freePort()
  const script = fileURLToPath(new URL('../services/clickhouse-http.ts', import.meta.url))
  const started = await startProcess(
    {
      name: 'clickhouse',
      command: process.execPath,
      args: [script, '--port', String(port), '--path', data, ...(users === undefined ? [] : ['--users', file])],
      ready: /listening on http/,
      readyWithinMs: 30_000,
    },
    { folder, port, detached: false },
  )
  const stop = async () => {
    await started.stop()
    await rm(folder, { recursive: true })
  }
  return { ...started, stop, url: `http://127.0.0.1:${port}` }
}
