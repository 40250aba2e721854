import { setTimeout as sleep } from 'node:timers/promises'
import { UnavailableError } from '../errors.ts'
import { SERVED_MARGIN_MS } from '../event-log/erased-records.ts'
import type { Connection } from './connection.ts'
import { INTAKES } from './insert.ts'
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
    'incoming_erasures (partition, before, user_id, erased_at)',
    encodeRows(erasures, (to, { partition, before, userId, at }) => {
      to.uint32(partition)
      to.int64(before)
      to.string(userId)
      to.int64(at)
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
      `SELECT query_id AS id FROM ${processes} WHERE query_kind = 'Insert' AND current_database = currentDatabase()
         AND arrayExists(intake -> startsWith(query, concat('INSERT INTO ', intake)), {intakes:Array(String)})`,
      { intakes: Object.values(INTAKES) },
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

/**
 * One deletion goes over all parts, for one user as for many. ClickHouse keeps the text of its last hundred deletions, so that users
 * stand in there by their keyed hashes, as among the notes; a server's log of queries does not get to see them either.
 */
async function deleteRows({ write }: Connection, erasures: readonly Erasure[]): Promise<void> {
  const byUser = Map.groupBy(erasures, ({ userId }) => userId)
  const [row] = await write.rows<{ halves: [string, string]; hashes: string[] }>(
    `WITH (SELECT MD5(any(log_id)) FROM (SELECT log_id FROM log_binding ORDER BY bound_at, log_id LIMIT 1)) AS id,
       (assumeNotNull(reinterpretAsUInt64(substring(id, 1, 8))), assumeNotNull(reinterpretAsUInt64(substring(id, 9, 8)))) AS key
     SELECT array(toString(key.1), toString(key.2)) AS halves, arrayMap(user -> hex(sipHash128Keyed(key, user)), {users:Array(String)}) AS hashes
     SETTINGS log_queries = 0`,
    { users: [...byUser.keys()] },
  )
  if (!row) throw new Error('ClickHouse answered no hashes')
  /** Place of a row's user among the hashes, from 1; 0: another one. */
  const user = 'indexOf({hashes:Array(String)}, hex(sipHash128Keyed(({low:UInt64}, {high:UInt64}), user_id)))'
  const users = { low: row.halves[0], high: row.halves[1], hashes: row.hashes }
  const lastOf = (one: (erasure: Erasure) => number) => [...byUser.values()].map((of) => Math.max(...of.map(one)))
  await write.command(
    `DELETE FROM ratings WHERE offset < {befores:Array(UInt64)}[${user}] AND partition IN {partitions:Array(UInt32)}`,
    {
      ...users,
      befores: lastOf(({ before }) => before),
      partitions: [...new Set(erasures.map(({ partition }) => partition))],
    },
  )
  await write.command(
    `DELETE FROM served
     WHERE least(toUnixTimestamp64Milli(occurred_at), toUnixTimestamp64Milli(ingested_at)) < {until:Array(Int64)}[${user}]`,
    { ...users, until: lastOf(({ at }) => at + SERVED_MARGIN_MS + 1) },
  )
}
