import { Session } from 'chdb'
import { expect, it } from 'vitest'
import type { Session as Commands, Connection } from './connection.ts'
import { migrate } from './migrate.ts'

/** The statements that found a database, as they would be sent. */
async function statements(cluster: string | undefined): Promise<string[]> {
  const sent: string[] = []
  const write: Commands = {
    command: async (sql) => void sent.push(sql),
    rows: async () => [],
    async *stream() {},
    text: async () => '',
  }
  const nothing = async () => {}
  const connection: Connection = {
    write,
    read: write,
    database: 'foldstream',
    cluster,
    open: async () => write,
    insertRowBinary: nothing,
    assertRoom() {},
    ping: nothing,
    close: nothing,
  }
  await migrate(connection)
  return sent
}

it('replicates every table on a cluster, and only there', async () => {
  const parser = new Session()
  const formatted = async (sql: string) => {
    const result = await parser.queryBindAsync(
      'SELECT formatQuerySingleLine({sql:String})',
      { sql },
      { format: 'TSVRaw' },
    )
    return result.text()
  }
  const onCluster = (await statements('eu')).filter((sql) => sql.includes('CREATE'))
  for (const statement of await Promise.all(onCluster.map(formatted))) {
    expect(statement).toContain('ON CLUSTER eu')
    // What stores nothing has nothing to replicate.
    if (statement.includes('CREATE TABLE')) expect(statement).toMatch(/ENGINE = (Replicated|`Null`)/)
  }
  for (const statement of await statements(undefined)) expect(statement).not.toMatch(/\{\{|CLUSTER|ENGINE = Replicated/)
  parser.close()
})
