import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { RootDatabase } from 'lmdb'

/** Where lmdb's first page says what it is: magic number and version of the format, each a u32, little-endian. */
const MAGIC_AT = 24
const MAGIC = 0xbeefc0de
const VERSION_AT = 28
const VERSION = 2
const PAGE_BYTES = 4096

/**
 * Looks at a file before lmdb opens it, which ends the process with a segmentation fault if it is none of its own.
 * A file that is not there, or empty, is fine: it becomes one.
 * @throws Error saying what is wrong with it
 */
export function checkLmdbFile(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) return
  if (size < 2 * PAGE_BYTES) throw new Error(`${path} is cut off after ${size} bytes`)
  const head = readHead(path, VERSION_AT + 4)
  if (head.readUInt32LE(MAGIC_AT) !== MAGIC) throw new Error(`${path} is damaged, or not a file of lmdb`)
  const version = head.readUInt32LE(VERSION_AT)
  if (version !== VERSION)
    throw new Error(`${path} is of another version of lmdb's format (${version}, not ${VERSION})`)
}

/**
 * Writes what stands in a database now into a file that is not there yet. Pages that are free, and hold what was removed, are left
 * out.
 */
export async function copyDatabase(database: RootDatabase, path: string): Promise<void> {
  await database.backup(path, true)
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** What made a commit fail. lmdb tells it by a second promise, whose rejection ends the process if nobody looks at it. */
export async function commitFailure(error: unknown): Promise<unknown> {
  const promised = error instanceof Error && 'commitError' in error ? error.commitError : error
  return Promise.resolve(promised).catch((reason: unknown) => reason)
}

function readHead(path: string, length: number): Buffer {
  const head = Buffer.alloc(length)
  const file = openSync(path, 'r')
  try {
    readSync(file, head)
  } finally {
    closeSync(file)
  }
  return head
}
