import { randomBytes } from 'node:crypto'
import type { Offset } from '../../models/events/types.ts'
import { killUntilOver } from '../kill-until-over.ts'
import {
  analyticsOf,
  type Connection,
  type Session,
  type Settings,
  STAGING,
  WRITE_SETTINGS,
} from '../rating-store/connection.ts'
import { define, expand } from '../rating-store/define.ts'
import type { Refreshed } from './port.ts'
import { isCurrent, REFRESHED, startOfPass, watermarkOf } from './shown.ts'

/** Bytes that are sorted or grouped in memory: what is more goes through the disk. */
const MAX_IN_MEMORY = 400_000_000

/** Of one table. */
const FILL_TIMEOUT_MS = 3_600_000

/** Half the cores of a small machine: others have work to do meanwhile. */
const REFRESH_SETTINGS: Settings = {
  ...WRITE_SETTINGS,
  max_threads: 1,
  max_bytes_before_external_group_by: MAX_IN_MEMORY,
  max_bytes_before_external_sort: MAX_IN_MEMORY,
  max_memory_usage: 4 * MAX_IN_MEMORY,
}

type Filled = Refreshed['tables'][number]

/** A session to fill the views on. */
export const openForRefresh = (connection: Connection): Promise<Session> =>
  connection.open(REFRESH_SETTINGS, FILL_TIMEOUT_MS)

/** What a pass is made from, and when it began. */
interface Pass {
  readonly asOf: string
  readonly madeFrom: string
  readonly watermark: readonly Offset[]
  /** Of the tables that are being filled, behind the names of those that they are to replace. */
  readonly suffix: string
}

/**
 * Fills every table of the views anew, one after the other, unless there is nothing new since they were filled last. Each is replaced
 * at one moment, and its former rows are off the disk a second later. Of two at once, the one that began first gives up. Broken off at
 * any moment, it can be run again.
 *
 * @param session   of `openForRefresh`
 * @param maxAgeMs  fills them also when they are older, since what is trending depends on what time it is
 * @throws what ClickHouse throws; Error when another one has begun since; the reason of `signal`
 */
export async function refreshViews(
  connection: Connection,
  session: Session,
  { signal, maxAgeMs = Number.POSITIVE_INFINITY }: { signal?: AbortSignal; maxAgeMs?: number } = {},
): Promise<Refreshed> {
  const began = performance.now()
  const place = analyticsOf(connection)
  const start = await startOfPass(session, place)
  if (await isCurrent(session, place, start.madeFrom, maxAgeMs))
    return { isNew: false, ms: performance.now() - began, tables: [] }
  const suffix = `${STAGING}${randomBytes(4).toString('hex')}`
  const pass = { ...start, suffix, watermark: await watermarkOf(session) }
  await claim(session, place, pass)
  // Whoever claimed a moment later goes on, and drops what this one would fill: not the other way about.
  await holdsClaim(session, place, pass, signal)
  await dropLeftovers(connection, session, place)
  const over = new AbortController()
  const kill = (): void => void killRefresh(connection, suffix, over.signal)
  signal?.addEventListener('abort', kill)
  const tables: Filled[] = []
  try {
    for (const name of REFRESHED) {
      signal?.throwIfAborted()
      const start = performance.now()
      const rows = await fill(connection, session, `${place}.${name}`, suffix, () =>
        holdsClaim(session, place, pass, signal),
      )
      tables.push({ name, rows, ms: performance.now() - start })
    }
    await note(session, place, pass, tables)
  } finally {
    signal?.removeEventListener('abort', kill)
    over.abort()
  }
  return { isNew: true, ms: performance.now() - began, tables }
}

/** Leaves nothing in any table of the views, nor a word of when they were filled. */
export async function emptyViews(connection: Connection): Promise<void> {
  for (const table of ['refresh_log', ...REFRESHED])
    await connection.write.command(`TRUNCATE TABLE ${analyticsOf(connection)}.${table}`)
}

/** In the place of a view's name. */
const CLAIM = ''

/** From now on whoever began before does not put older rows in the place of newer ones. */
async function claim(session: Session, place: string, { asOf }: Pass): Promise<void> {
  await session.command(
    `INSERT INTO ${place}.refresh_log (view, as_of) SELECT {view:String}, toDateTime64({asOf:String}, 3, 'UTC')`,
    { view: CLAIM, asOf },
  )
}

async function holdsClaim(session: Session, place: string, { asOf }: Pass, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  const [row] = await session.rows<{ last: string }>(
    `SELECT toString(max(as_of)) AS last FROM ${place}.refresh_log WHERE view = {view:String}`,
    { view: CLAIM },
  )
  if (row?.last !== asOf)
    throw new Error(`another process began to fill the views at ${row?.last}, and goes on with it`)
}

/** @returns how many rows it has now */
async function fill(
  connection: Connection,
  session: Session,
  table: string,
  suffix: string,
  check: () => Promise<void>,
): Promise<number> {
  const next = `${table}${suffix}`
  await define(connection, session, `CREATE TABLE ${next} {{on_cluster}} AS ${table}`)
  try {
    // Reads the definition from the disk. One that was not written there must not come into the place of the view's.
    await session.command(`SHOW CREATE TABLE ${next}`)
    await session.command(`INSERT INTO ${next} SELECT * FROM ${table}_now`)
    const [row] = await session.rows<{ n: string | number }>(`SELECT count() AS n FROM ${next}`)
    const rows = Number(row?.n)
    await check()
    // Whoever has begun since this check drops `next` before it fills anything, and with that this fails. An empty one replaces nothing.
    if (rows === 0) await session.command(expand(`EXCHANGE TABLES ${next} AND ${table} {{on_cluster}}`, connection))
    else await session.command(`ALTER TABLE ${table} REPLACE PARTITION tuple() FROM ${next}`)
    return rows
  } finally {
    await session.command(expand(`DROP TABLE IF EXISTS ${next} {{on_cluster}} SYNC`, connection))
  }
}

/** When all are filled: until then they are as old as their oldest. */
async function note(session: Session, place: string, pass: Pass, tables: readonly Filled[]): Promise<void> {
  const { asOf, madeFrom, watermark } = pass
  await session.command(
    `INSERT INTO ${place}.refresh_log (view, as_of, newest_event, seconds, rows, watermark, made_from)
     WITH
       (SELECT if(count() = 0, NULL, max(occurred_at)) FROM ${place}.ratings) AS newest,
       (SELECT if(count() = 0, NULL, toDateTime64(max(day), 3, 'UTC')) FROM ${place}.served_days) AS newest_list,
       (SELECT if(count() = 0, NULL, toDateTime64(max(hour), 3, 'UTC')) FROM ${place}.prequential) AS newest_measurement
     SELECT filled.1, toDateTime64({asOf:String}, 3, 'UTC'),
       multiIf(startsWith(filled.1, 'served_'), arrayMax(arrayFilter(one -> one IS NOT NULL, [newest, newest_list])),
         filled.1 = 'prequential', arrayMax(arrayFilter(one -> one IS NOT NULL, [newest, newest_measurement])), newest),
       filled.2, filled.3, {watermark:Array(UInt64)}, {madeFrom:String}
     FROM (SELECT arrayJoin(arrayZip({views:Array(String)}, {seconds:Array(Float64)}, {rows:Array(UInt64)})) AS filled)`,
    {
      ...{ asOf, madeFrom, watermark },
      views: tables.map(({ name }) => name),
      seconds: tables.map(({ ms }) => ms / 1000),
      rows: tables.map(({ rows }) => rows),
    },
  )
}

/** Of a process that was killed, or that began before and must not come to replace anything any more. */
async function dropLeftovers(connection: Connection, session: Session, place: string): Promise<void> {
  const leftovers = await session.rows<{ name: string }>(
    'SELECT name FROM system.tables WHERE database = {place:String} AND position(name, {staging:String}) > 0',
    { place, staging: STAGING },
  )
  for (const { name } of leftovers)
    await session.command(expand(`DROP TABLE IF EXISTS ${place}.${name} {{on_cluster}} SYNC`, connection))
}

/** What is being filled may take long, and whoever stops the process does not wait for it. Another process goes on with its own. */
const killRefresh = ({ write }: Connection, suffix: string, over: AbortSignal): Promise<void> =>
  killUntilOver(
    () =>
      write.command(`KILL QUERY WHERE query_kind = 'Insert' AND position(query, {suffix:String}) > 0 ASYNC`, {
        suffix,
      }),
    over,
  )
