import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { open } from 'lmdb'
import type { ItemStatistics } from '../../models/ranking/types.ts'
import { assertRoom } from '../disk-room.ts'
import { messageOf, UnavailableError } from '../errors.ts'
import type { LogIdentity } from '../event-log/port.ts'
import type { HotCopy } from '../hot-copy.ts'
import { mapInSlices } from '../in-slices.ts'
import { checkLmdbFile, commitFailure, copyDatabase, DamagedFileError } from '../lmdb/file.ts'
import { createChangeFeed, itemChanges } from './changes.ts'
import { CorruptRecordError } from './corrupt-record.ts'
import { openPages } from './embedded-pages.ts'
import type { Heartbeat, PartitionOffsets, StateChange, UserRecord, UserState, UserWrite } from './port.ts'
import { keepRecentUsers } from './recent-users.ts'
import { appliedOffsetOf, decodeUser, encodeUser, rereadUser } from './record.ts'
import { decodeStatistics, encodeStatistics } from './statistics-record.ts'

export const FILE = 'user-state.mdb'
const NONE_YET: PartitionOffsets = { counted: -1, applied: -1 }
/** How many ratings the users kept at hand may have together: some 100 MB. */
const MAX_RECENT_RATINGS = 2_000_000
const SCAN_PAGE = 200
const STATISTICS_PAGE = 500
/** Dead processes are forgotten after a day. */
const HEARTBEAT_KEPT_MS = 24 * 3_600_000

/**
 * User state in an lmdb file of the folder, for one process. A write is visible to `changes` once it is committed, and
 * resolves once it is on the disk. Commits reach the disk in order, so that a crash leaves what stood after one of them.
 * @throws UnavailableError when the folder cannot be used, and from every write while the disk is full
 */
export async function openEmbeddedUserState(folder: string): Promise<UserState & HotCopy> {
  const { root, users, statistics, offsets, heartbeats, notes } = openDatabases(folder)
  const pages = openPages(root)
  const feed = createChangeFeed()
  /** What stands in the file: nobody else writes there, and a write is noted before it is announced. */
  const recent = keepRecentUsers(MAX_RECENT_RATINGS)

  /** Runs `change` as one transaction: all of it, or nothing if it throws. */
  async function durably<T>(change: () => T, changesOf: (result: T) => StateChange[] = () => []): Promise<T> {
    try {
      assertRoom(folder)
      const committed = root.childTransaction(change).then((result) => {
        changesOf(result).forEach(feed.announce)
        return result
      })
      // `flushed` is asked for now: that of a later transaction never resolves if that one fails.
      const [result] = await Promise.all([committed, root.flushed])
      return result
    } catch (error) {
      throw await unwritable(folder, error)
    }
  }

  /** As `durably`, but a crash of the machine may lose it. */
  async function visibly(change: () => void): Promise<void> {
    try {
      assertRoom(folder)
      await root.childTransaction(change)
    } catch (error) {
      throw await unwritable(folder, error)
    }
  }

  await durably(() => {
    if (!notes.doesExist('incarnation')) notes.put('incarnation', randomUUID())
  })

  function readUser(userId: string, known?: UserRecord): UserRecord | undefined {
    const kept = recent.get(userId)
    if (kept) return kept
    const bytes = users.get(userId)
    const record = bytes && rereadUser(userId, bytes, known)
    if (record) recent.set(record)
    return record
  }
  /** Of writes that were committed. */
  function noteWritten(writes: readonly UserWrite[], encoded: readonly (Buffer | undefined)[]): StateChange[] {
    writes.forEach(({ userId }, n) => {
      const bytes = encoded[n]
      // As it is stored, which takes a seventh of the memory.
      if (bytes) recent.set(decodeUser(userId, bytes))
      else recent.delete(userId)
    })
    return writes.map(({ userId }) => ({ type: 'user', userId }))
  }
  const readStatistics = (partition: number, itemId: string) => {
    const bytes = statistics.get([partition, itemId])
    return bytes && decodeStatistics(itemId, bytes)
  }

  return {
    read: async (userId, known) => readUser(userId, known),
    readMany: (userIds, known) => mapInSlices(userIds, (userId) => readUser(userId, known?.(userId))),

    async writeMany(writes) {
      // Who is erased is forgotten at once: no other process has read them.
      const encoded = await mapInSlices(writes, ({ next }) => (next.history.size > 0 ? encodeUser(next) : undefined))
      const lost = await durably(
        () =>
          writes.map(({ userId, expectedOffset }, i) => {
            // Valid until the next look into the file only, but not copied.
            const glimpse = users.getBinaryFast(userId)
            if ((glimpse && appliedOffsetOf(userId, glimpse)) !== expectedOffset) return { standing: users.get(userId) }
            const bytes = encoded[i]
            if (bytes) users.put(userId, bytes)
            else if (glimpse) users.remove(userId)
            return undefined
          }),
        (outcomes) => {
          const isOurs = (_: unknown, i: number): boolean => !outcomes[i]
          return noteWritten(writes.filter(isOurs), encoded.filter(isOurs))
        },
      )
      return writes.map(({ userId, next }, i) => {
        const outcome = lost[i]
        if (!outcome) return next
        return outcome.standing && decodeUser(userId, outcome.standing)
      })
    },

    async *scan() {
      let after: string | undefined
      do {
        const page = [
          ...users.getRange({ ...(after !== undefined && { start: after, exclusiveStart: true }), limit: SCAN_PAGE }),
        ]
        for (const { key, value } of page) yield decodeUser(key, value)
        after = page.at(-1)?.key
        await setImmediate() // lets the event loop turn between two pages
      } while (after !== undefined)
    },

    offsets: async (partition) => offsets.get(partition) ?? NONE_YET,

    async statistics(partition) {
      const found = new Map<string, ItemStatistics>()
      let after: string | undefined
      do {
        const start = after === undefined ? { start: [partition] } : { start: [partition, after], exclusiveStart: true }
        const page = [...statistics.getRange({ ...start, end: [partition + 1], limit: STATISTICS_PAGE })]
        for (const { key, value } of page) found.set(key[1], decodeStatistics(key[1], value))
        after = page.at(-1)?.key[1]
        await setImmediate() // lets the event loop turn between two pages
      } while (after !== undefined)
      return found
    },

    readStatistics: async (partition, itemIds) => itemIds.map((itemId) => readStatistics(partition, itemId)),

    count: (partition, expectedCounted, counted, touched) =>
      durably(
        () => {
          const standing = offsets.get(partition) ?? NONE_YET
          if (standing.counted !== expectedCounted) return false
          for (const [itemId, next] of touched) {
            if (next.count === 0) statistics.remove([partition, itemId])
            else statistics.put([partition, itemId], encodeStatistics(next))
          }
          offsets.put(partition, { ...standing, counted })
          return true
        },
        (stored) => (stored ? itemChanges(partition, counted, touched.keys()) : []),
      ),

    async advance(partition, applied) {
      await durably(
        () => {
          const standing = offsets.get(partition) ?? NONE_YET
          if (applied <= standing.applied) return false
          offsets.put(partition, { ...standing, applied })
          return true
        },
        (moved) => (moved ? [{ type: 'watermark', partition, applied }] : []),
      )
    },

    changes: feed.listen,

    putPage: (id, json, ttlMs) => visibly(() => pages.put(id, json, Date.now(), ttlMs)),
    page: async (id) => pages.get(id, Date.now()),

    bind: (identity) =>
      durably(() => {
        const bound: LogIdentity | undefined = notes.get('log')
        if (!bound) notes.put('log', identity)
        return bound ?? identity
      }),

    beat: (heartbeat) =>
      durably(() => {
        for (const { key, value } of [...heartbeats.getRange()]) {
          if (value.at < heartbeat.at - HEARTBEAT_KEPT_MS) heartbeats.remove(key)
        }
        heartbeats.put([heartbeat.role, heartbeat.process], heartbeat)
      }),
    async heartbeats(maxAgeMs) {
      const oldest = Date.now() - maxAgeMs
      return [...heartbeats.getRange()].map(({ value }) => value).filter(({ at }) => at >= oldest)
    },

    incarnation: async () => notes.get('incarnation'),
    ping: async () => void notes.get('incarnation'),
    copyTo: (to) => copyDatabase(root, join(to, FILE)),
    close: () => root.close(),
  }
}

function openDatabases(folder: string) {
  try {
    mkdirSync(folder, { recursive: true })
    const path = join(folder, FILE)
    checkLmdbFile(path)
    // Without it lmdb makes promises of its own, whose rejection nobody can handle: a full disk would end the process.
    const root = open({ path, eventTurnBatching: false })
    return {
      root,
      users: root.openDB<Buffer, string>('users', { encoding: 'binary' }),
      statistics: root.openDB<Buffer, [partition: number, itemId: string]>('statistics', { encoding: 'binary' }),
      offsets: root.openDB<PartitionOffsets, number>('offsets', {}),
      heartbeats: root.openDB<Heartbeat, [role: string, process: string]>('heartbeats', {}),
      /** 'log': the identity bound to, 'incarnation': an id minted with the folder */
      notes: root.openDB('notes', {}),
    }
  } catch (error) {
    const advice =
      error instanceof DamagedFileError
        ? 'Nothing was changed, and nothing is lost while the log is whole: npm run replay -- --to-state fills the user state anew from it.'
        : 'Is the folder writable, and the disk not full? Choose another one with --data-dir.'
    throw new UnavailableError(`The user state in ${folder} does not open: ${messageOf(error)}. ${advice}`, {
      cause: error,
    })
  }
}

async function unwritable(folder: string, error: unknown): Promise<Error> {
  if (error instanceof CorruptRecordError) return error
  const reason = await commitFailure(error)
  return new UnavailableError(
    `The user state in ${folder} cannot be written: ${messageOf(reason)}. Make room where the disk is full. What was acknowledged is kept.`,
    { cause: reason },
  )
}
