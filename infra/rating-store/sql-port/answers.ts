import { randomUUID } from 'node:crypto'
import { statfsSync, statSync } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Refusal } from './refusal.ts'

const MEBIBYTE = 2 ** 20
const LIMITS = {
  /** Of one answer. ClickHouse counts what columns take, of which a format may make many times that. */
  answerBytes: 256 * MEBIBYTE,
  /** What lies there, and what is being written may become, all together. */
  heldBytes: 1024 * MEBIBYTE,
  /** That are to be left on the disk: the stores of foldstream write on it too. */
  freeBytes: 512 * MEBIBYTE,
}
/** How often a file is looked at while it grows. */
const LOOK_MS = 50
/** Of a piece that is read at once. */
const PIECE_BYTES = 256 << 10

export interface Stored {
  /** Bytes. */
  readonly length: number
  /** To be read once, or destroyed: with it the bytes go. */
  readonly content: Readable
}

/**
 * Where answers lie from when they are written until they are read: in files of `folder`, so that nothing holds a whole one in memory, and
 * that who reads slowly holds up no query. A file loses its name as soon as it is written, and ends with its reader or this process; what
 * a killed one left is removed here.
 */
export async function openAnswers(folder: string, limits: Partial<typeof LIMITS> = {}) {
  const { answerBytes, heldBytes, freeBytes } = { ...LIMITS, ...limits }
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let held = 0

  /**
   * @param write  makes a file of that name
   * @param end    makes `write` fail
   * @throws Refusal where there is no room for an answer, or it is too long; what `write` throws
   */
  async function store(write: (path: string) => Promise<void>, end: () => void): Promise<Stored> {
    if (held + answerBytes > heldBytes)
      throw new Refusal('TOO_MANY_SIMULTANEOUS_QUERIES', 'Others still read their long answers. Ask again later')
    const path = join(folder, randomUUID())
    let refusal = lackOfRoom(folder, freeBytes)
    if (refusal !== undefined) throw refusal
    held += answerBytes
    const look = setInterval(() => {
      refusal = excess(sizeOf(path), answerBytes) ?? lackOfRoom(folder, freeBytes)
      if (refusal === undefined) return
      clearInterval(look)
      end()
    }, LOOK_MS)
    try {
      await write(path)
      const file = await open(path)
      const { size } = await file.stat()
      const content = file.createReadStream({ highWaterMark: PIECE_BYTES })
      held += size
      content.once('close', () => {
        held -= size
      })
      refusal ??= excess(size, answerBytes)
      if (refusal === undefined) return { length: size, content }
      content.destroy()
      throw refusal
    } catch (error) {
      throw refusal ?? error
    } finally {
      held -= answerBytes
      clearInterval(look)
      await rm(path, { force: true })
    }
  }

  return { store }
}

function excess(bytes: number, most: number): Refusal | undefined {
  if (bytes <= most) return undefined
  const told = `${Math.round(most / MEBIBYTE)} MiB`
  return new Refusal('TOO_MANY_ROWS_OR_BYTES', `Limit for result exceeded: in this format it is longer than ${told}`)
}

/** Of a file that nobody may have begun yet, or whose folder somebody took away: then writing it fails. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}

function lackOfRoom(folder: string, least: number): Refusal | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder)
    if (bavail * bsize >= least) return undefined
  } catch {
    return undefined
  }
  return new Refusal('NOT_ENOUGH_SPACE', 'The disk of the data folder is nearly full: answers have no room on it')
}
