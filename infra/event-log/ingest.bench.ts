import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { openEmbeddedLog } from './embedded.ts'
import type { EventLog, NewRecord } from './port.ts'

const RATING_BYTES = 90
const BATCH = 1_000
const BATCHES = 200
const CALLERS = 64
const SECONDS = 5
const FSYNCS = 500

type Report = (row: Record<string, string | number>) => void

/** Durable appends to the embedded log, beside what bounds them on the same disk in the same run: a bare fsync, and lmdb. */
export async function bench(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-bench-'))
  try {
    report({ what: `write + fsync of ${RATING_BYTES} bytes`, 'per second': fsyncsPerSecond(join(folder, 'fsync')) })
    report({
      what: `lmdb, ${BATCH} puts a transaction`,
      'per second': await lmdbPutsPerSecond(join(folder, 'plain.mdb')),
    })
    const log = await openEmbeddedLog(join(folder, 'log'), { min: 0.5, max: 5, positiveFrom: 4 })
    report({ what: `append, batches of ${BATCH} ratings`, 'per second': await batchedPerSecond(log) })
    report({ what: `append, ${CALLERS} callers, one rating each`, ...(await singles(log)) })
    await log.close()
  } finally {
    await rm(folder, { recursive: true })
  }
}

const rating = (n: number): NewRecord => ({ key: `user-${n % 5_000}`, value: Buffer.alloc(RATING_BYTES, n) })

function perSecond(count: number, began: number): number {
  return Math.round((count / (performance.now() - began)) * 1_000)
}

function fsyncsPerSecond(path: string): number {
  const file = openSync(path, 'w')
  const bytes = Buffer.alloc(RATING_BYTES)
  const began = performance.now()
  for (let n = 0; n < FSYNCS; n++) {
    writeSync(file, bytes)
    fsyncSync(file)
  }
  closeSync(file)
  return perSecond(FSYNCS, began)
}

async function lmdbPutsPerSecond(path: string): Promise<number> {
  const db = open<Buffer, number>({ path, encoding: 'binary', overlappingSync: false })
  const value = Buffer.alloc(RATING_BYTES)
  const began = performance.now()
  for (let batch = 0; batch < BATCHES; batch++) {
    await db.transaction(() => {
      for (let n = 0; n < BATCH; n++) db.put(batch * BATCH + n, value)
    })
  }
  const rate = perSecond(BATCHES * BATCH, began)
  await db.close()
  return rate
}

async function batchedPerSecond(log: EventLog): Promise<number> {
  const began = performance.now()
  for (let batch = 0; batch < BATCHES; batch++) {
    await log.append(
      'ratings',
      Array.from({ length: BATCH }, (_, n) => rating(batch * BATCH + n)),
    )
  }
  return perSecond(BATCHES * BATCH, began)
}

async function singles(log: EventLog): Promise<Record<string, number>> {
  const took: number[] = []
  const began = performance.now()
  const call = async (caller: number): Promise<void> => {
    while (performance.now() - began < SECONDS * 1_000) {
      const sent = performance.now()
      await log.append('ratings', [rating(caller)])
      took.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)))
  const rate = perSecond(took.length, began)
  took.sort((a, b) => a - b)
  const at = (share: number): number => Number((took[Math.ceil(share * took.length) - 1] as number).toFixed(2))
  return { 'per second': rate, 'p50 ms': at(0.5), 'p99 ms': at(0.99) }
}
