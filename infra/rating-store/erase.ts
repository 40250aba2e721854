import { setTimeout as sleep } from 'node:timers/promises'
import { UnavailableError } from '../errors.ts'
import type { Connection } from './connection.ts'
import { INTAKE } from './insert.ts'
import type { Erasure } from './port.ts'
import { encodeRows } from './row-binary.ts'

/** Users of one deletion: their ids travel in the URL. */
const MAX_USERS = 50
const LOOK_MS = 20
/** An insert whose sender went silent ends sooner: ClickHouse waits 30 s for what is to come. */
const PATIENCE_MS = 60_000

/**
 * Removes what the users did before their erasures, for good: these are noted first, and from then on refuse such rows. An insert
 * that was under way by then may not have seen the note; it is waited for, and what it brought is deleted with the rest.
 *
 * @throws UnavailableError when such an insert does not end within a minute: it is noted, and may be asked for again
 */
export async function eraseUsers(connection: Connection, erasures: readonly Erasure[]): Promise<void> {
  if (erasures.length === 0) return
  await connection.insertRowBinary(
    'incoming_erasures (partition, before, user_id)',
    encodeRows(erasures, (to, { partition, before, userId }) => {
      to.uint32(partition)
      to.int64(before)
      to.string(userId)
    }),
  )
  await insertsUnderWay(connection)
  for (let n = 0; n < erasures.length; n += MAX_USERS) await deleteRows(connection, erasures.slice(n, n + MAX_USERS))
}

/** Until those have ended that are under way now. */
async function insertsUnderWay({ write, cluster }: Connection): Promise<void> {
  const processes = cluster === undefined ? 'system.processes' : `clusterAllReplicas('${cluster}', system.processes)`
  const running = async (): Promise<string[]> => {
    const rows = await write.rows<{ id: string }>(
      `SELECT query_id AS id FROM ${processes} WHERE query_kind = 'Insert' AND startsWith(query, {intake:String}) AND current_database = currentDatabase()`,
      { intake: `INSERT INTO ${INTAKE}` },
    )
    return rows.map(({ id }) => id)
  }
  const deadline = performance.now() + PATIENCE_MS
  let awaited = new Set(await running())
  while (awaited.size > 0) {
    if (performance.now() > deadline)
      throw new UnavailableError('ClickHouse: an insert that began before an erasure does not end')
    await sleep(LOOK_MS)
    awaited = awaited.intersection(new Set(await running()))
  }
}

/** One deletion goes over all parts, for one user as for many. */
async function deleteRows({ write }: Connection, erasures: readonly Erasure[]): Promise<void> {
  await write.command(
    `DELETE FROM ratings
     WHERE user_id IN {users:Array(String)}
       AND offset < arrayMax(arrayMap((u, p, b) -> if(u = user_id AND p = partition, b, 0),
         {users:Array(String)}, {partitions:Array(UInt32)}, {befores:Array(UInt64)}))`,
    {
      users: erasures.map(({ userId }) => userId),
      partitions: erasures.map(({ partition }) => partition),
      befores: erasures.map(({ before }) => before),
    },
  )
}
