import { setTimeout as sleep } from 'node:timers/promises'
import { openForRefresh, refreshViews } from '../analytics/refresh.ts'
import { UnavailableError } from '../errors.ts'
import { analyticsOf, type Connection } from './connection.ts'
import { define } from './define.ts'

/** That tell of users. */
const TABLES = ['ratings', 'served']

const LOOK_MS = 100
/** They are looked for every second; half a minute after the first start of this version, which is when they were looked for before. */
const PATIENCE_MS = 120_000

/**
 * Takes rows that were removed out of the views, and off the disk. A deletion only marks them, and parts that were replaced by others
 * without them lie there for eight minutes more: so long they would mend a part that a power failure had torn, which those of these
 * tables are not, since they are synced (migrations/005_removed_parts.sql).
 *
 * @throws UnavailableError when they do not go within two minutes, as while a query reads them; it may be called again
 */
export async function purgeErased(connection: Connection): Promise<void> {
  const { write, database } = connection
  const views = await openForRefresh(connection)
  await refreshViews(connection, views)
  for (const table of TABLES) {
    const set = (change: string): Promise<void> =>
      define(connection, write, `ALTER TABLE ${table} {{on_cluster}} ${change}`)
    await write.command(`ALTER TABLE ${table} APPLY DELETED MASK SETTINGS mutations_sync = 2`)
    await set('MODIFY SETTING old_parts_lifetime = 0')
    try {
      await replacedPartsGone(connection, `database = '${database}' AND table = '${table}'`)
    } finally {
      await set('RESET SETTING old_parts_lifetime')
    }
  }
  await replacedPartsGone(connection, `database = '${analyticsOf(connection)}'`)
}

/** @param where  which tables' parts */
async function replacedPartsGone({ write, cluster }: Connection, where: string): Promise<void> {
  const parts = cluster === undefined ? 'system.parts' : `clusterAllReplicas('${cluster}', system.parts)`
  const deadline = performance.now() + PATIENCE_MS
  const replaced = `SELECT count() AS n FROM ${parts} WHERE NOT active AND ${where}`
  while (Number((await write.rows<{ n: string | number }>(replaced))[0]?.n) > 0) {
    if (performance.now() > deadline)
      throw new UnavailableError(
        'ClickHouse still has parts of tables that were replaced. What was erased is in no read, and on the disk until they go.',
      )
    await sleep(LOOK_MS)
  }
}
