import { messageOf, UnavailableError } from '../errors.ts'
import { analyticsOf, type Connection, type Session } from './connection.ts'

type Place = Pick<Connection, 'database' | 'cluster'>

/**
 * Runs a statement that makes or changes a table. ClickHouse takes no note of it when a definition cannot be written: on a full disk
 * the file of it is left empty, in the place of the former one, and the next start fails on it. So nothing is defined on one that is
 * nearly full. Of a server's disk nothing is known here: what is inserted first tells, since room is reserved for that.
 *
 * @param sql  with the placeholders of `expand`
 * @throws UnavailableError while the disk of an embedded store is nearly full
 */
export async function define(connection: Connection, session: Session, sql: string): Promise<void> {
  try {
    connection.assertRoom()
  } catch (cause) {
    throw new UnavailableError(
      `The tables of the rating store cannot be changed: ${messageOf(cause)}. They are as they were. Make room.`,
      { cause },
    )
  }
  await session.command(expand(sql, connection))
}

/** On a cluster every table exists on each server, and the engine replicates what is in it. */
export function expand(sql: string, place: Place): string {
  const { database, cluster } = place
  return sql
    .replaceAll('{{on_cluster}}', cluster === undefined ? '' : `ON CLUSTER ${cluster}`)
    .replaceAll('{{replicated}}', cluster === undefined ? '' : 'Replicated')
    .replaceAll('{{database}}', database)
    .replaceAll(ANALYTICS, analyticsOf(place))
}

/** In the place of the name of the views' database. */
export const ANALYTICS = '{{analytics}}'
