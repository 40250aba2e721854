import { renameSync, rmSync, statSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Database, type Key, open, type RootDatabase } from 'lmdb'
import { assertRoom } from '../disk-room.ts'
import { checkLmdbFile, commitFailure } from './file.ts'
import { MAX_DBS } from './max-dbs.ts'

/** Of one transaction: records, and bytes, which are far fewer than the room that is kept free. */
const PAGE = 5_000
const PAGE_BYTES = 8 << 20
/** Values as they lie in the file. */
const RAW = { encoding: 'binary' } as const

interface Renewal {
  /** Whether a record is to be left out. @param database  its name */
  leavesOut(database: string, key: Key): boolean
  /** Puts in what was not there, once all else is. */
  add?(to: RootDatabase): void
}

/**
 * Writes a file of lmdb anew and puts it into the place of the old one, so that nothing is left of what was removed from it: free
 * pages, and the unused room of others, keep bytes that no read shows. Nobody may have it open. A kill at any moment leaves the old
 * file or the new one, whole.
 *
 * @returns bytes before and after
 * @throws Error when the file is damaged or the disk full: then the old one stands
 */
export async function renewLmdbFile(path: string, renewal: Renewal) {
  checkLmdbFile(path)
  const renewed = `${path}.renewed`
  remove(renewed)
  await writeAnew(path, renewed, renewal).catch((error: unknown) => {
    // On a disk that is nearly full it would stand in the way of others.
    remove(renewed)
    throw error
  })
  const bytes = { before: statSync(path).size, after: statSync(renewed).size }
  await flush(renewed, 'r+')
  renameSync(renewed, path)
  await flush(dirname(path), 'r')
  // They tell of readers and writers of files that are gone.
  for (const file of [path, renewed]) rmSync(`${file}-lock`, { force: true })
  return bytes
}

async function writeAnew(path: string, renewed: string, { leavesOut, add }: Renewal): Promise<void> {
  const options = { noSubdir: true, eventTurnBatching: false, maxDbs: MAX_DBS }
  const from = open({ ...options, path, readOnly: true })
  try {
    const to = open({ ...options, path: renewed, overlappingSync: false })
    try {
      for (const name of [...from.getKeys()] as string[]) {
        const keeps = (key: Key): boolean => !leavesOut(name, key)
        await copy(from.openDB<Buffer, Key>(name, RAW), to.openDB<Buffer, Key>(name, RAW), to, keeps, dirname(path))
      }
      await written(to.childTransaction(() => add?.(to)))
      await to.flushed
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}

/** What a renewal left half done, which was killed. */
function remove(renewed: string): void {
  for (const file of [renewed, `${renewed}-lock`]) rmSync(file, { force: true })
}

async function copy(
  from: Database<Buffer, Key>,
  to: Database<Buffer, Key>,
  root: RootDatabase,
  keeps: (key: Key) => boolean,
  folder: string,
): Promise<void> {
  for (let page = pageOf(from); page.length > 0; page = pageOf(from, page.at(-1)?.key)) {
    assertRoom(folder)
    await written(
      root.childTransaction(() => {
        for (const { key, value } of page) if (keeps(key)) to.put(key, value)
      }),
    )
  }
}

/** The records after a key, or from the first: as many as one transaction takes. */
function pageOf(from: Database<Buffer, Key>, after?: Key): { key: Key; value: Buffer }[] {
  const page: { key: Key; value: Buffer }[] = []
  let bytes = 0
  const start = after === undefined ? {} : { start: after, exclusiveStart: true }
  for (const record of from.getRange({ ...start, limit: PAGE })) {
    page.push(record)
    bytes += record.value.length
    if (bytes >= PAGE_BYTES) break
  }
  return page
}

const written = (transaction: Promise<unknown>): Promise<unknown> =>
  transaction.catch(async (error: unknown) => {
    throw await commitFailure(error)
  })

async function flush(path: string, flags: 'r' | 'r+'): Promise<void> {
  const file = await openFile(path, flags)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
