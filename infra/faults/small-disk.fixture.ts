import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { onTestFinished, type TestContext } from 'vitest'
import { messageOf } from '../errors.ts'

const run = promisify(execFile)
const PIECES_BYTES = [1 << 20, 4096]

/** A disk of its own for a test, and what may befall one. */
export interface SmallDisk {
  readonly path: string
  /** Takes all the room that is left. */
  fill(): Promise<void>
  makeRoom(): Promise<void>
  makeReadOnly(): Promise<void>
}

/** Mounts one in memory, until the test ends. Where that is not permitted the test is skipped, or fails with REQUIRE_SERVICES=1. */
export async function smallDisk(mebibytes: number, skip: TestContext['skip']): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'foldstream-disk-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path])
  } catch (error) {
    await rm(path, { recursive: true })
    if (process.env.REQUIRE_SERVICES === '1') throw error
    return skip(`a disk of our own cannot be mounted: ${messageOf(error)}`)
  }
  onTestFinished(async () => {
    // Lazily: a process that was just killed may still be leaving it.
    await run('umount', ['--lazy', path])
    await rm(path, { recursive: true })
  })
  const filler = join(path, 'filler')
  return {
    path,
    async fill() {
      for (const bytes of PIECES_BYTES) {
        const piece = Buffer.alloc(bytes)
        // As fast as a disk, not as fast as memory: nothing else would be written between almost full and full.
        while (await appendFile(filler, piece).then(() => sleep(1, true), isFull));
      }
    },
    makeRoom: () => rm(filler),
    makeReadOnly: async () => void (await run('mount', ['-o', 'remount,ro', path])),
  }
}

function isFull(error: NodeJS.ErrnoException): false {
  if (error.code !== 'ENOSPC') throw error
  return false
}
