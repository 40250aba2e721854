import { spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, openSync, readSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { RootDatabase } from 'lmdb'

/** The first two pages say what the file is, in numbers that are little-endian; offsets in bytes. */
const MAGIC_AT = 24
const MAGIC = 0xbeefc0de
const VERSION_AT = 28
const VERSION = 2
const PAGE_BYTES_AT = 48
const LAST_PAGE_AT = 144
const HEAD_BYTES = LAST_PAGE_AT + 8
const MIN_PAGE_BYTES = 4096
const MAX_UNWRITTEN_BYTES = 1 << 30

/** What a file of lmdb is found to be before anything is read from it. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError'
}

/**
 * Looks at a file before lmdb opens it, which ends the process if it is none of its own, or if a page is asked for that the file no
 * longer has. A file that is not there, or empty, is fine: it becomes one. Nobody may have it open: a short one is made longer.
 * @param overlappingSync  as it is opened: by that lmdb chooses what it goes on from
 * @throws DamagedFileError saying what is wrong with it
 */
export function checkLmdbFile(path: string, { overlappingSync = true } = {}): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) return
  if (size < 2 * MIN_PAGE_BYTES) throw new DamagedFileError(`${path} is cut off after ${size} bytes`)
  const head = readAt(path, 0, HEAD_BYTES)
  if (head.readUInt32LE(MAGIC_AT) !== MAGIC) throw new DamagedFileError(`${path} is damaged, or not a file of lmdb`)
  const version = head.readUInt32LE(VERSION_AT)
  if (version !== VERSION)
    throw new DamagedFileError(`${path} is of another version of lmdb's format (${version}, not ${VERSION})`)
  const other = readAt(path, head.readUInt32LE(PAGE_BYTES_AT), HEAD_BYTES)
  const pages = 1 + Math.max(...[head, other].map((page) => Number(page.readBigUInt64LE(LAST_PAGE_AT))))
  const whole = pages * head.readUInt32LE(PAGE_BYTES_AT)
  if (size < whole) checkShortFile(path, { size, whole, overlappingSync })
}

/**
 * Pages at the end that were taken and given back within one transaction are never written, so that a sound file may be shorter than it
 * says. Whether all that is needed is there shows in a process that may die of it. A sound one is made as long as it says, and is not
 * read through again.
 */
function checkShortFile(path: string, told: { size: number; whole: number; overlappingSync: boolean }): void {
  const { size, whole, overlappingSync } = told
  const reader = fileURLToPath(import.meta.resolve('./read-file.ts'))
  const { status, signal, error, stderr } = spawnSync(process.execPath, [reader, path, String(overlappingSync)])
  if (signal === 'SIGBUS' || signal === 'SIGSEGV')
    throw new DamagedFileError(`${path} is cut off: ${size} of ${whole} bytes are there`)
  if (status !== 0)
    throw new Error(
      `${path} is shorter than it says, and could not be read through: ${error?.message ?? (signal || stderr)}`,
    )
  // More than any transaction leaves unwritten: one of the numbers in the file is wrong, and lmdb goes by another one.
  if (whole - size > MAX_UNWRITTEN_BYTES) return
  const file = openSync(path, 'r+')
  try {
    ftruncateSync(file, whole)
  } finally {
    closeSync(file)
  }
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

function readAt(path: string, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  const file = openSync(path, 'r')
  try {
    readSync(file, bytes, 0, length, at)
  } finally {
    closeSync(file)
  }
  return bytes
}
