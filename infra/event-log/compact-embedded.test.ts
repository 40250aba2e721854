import { once } from 'node:events'
import { cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it, vi } from 'vitest'
import { append, broken, erased, newFolder, rated, recordOf, removeFolders } from '../../consumers/events.fixture.ts'
import { findErasures } from '../../consumers/find-erasures.ts'
import { readRatings } from '../../consumers/read-records.ts'
import { encodeEvent } from '../../models/events/codec.ts'
import { assertRoom } from '../disk-room.ts'
import { UnavailableError } from '../errors.ts'
import { spawnWithThisProcess } from '../services/process.ts'
import { compactEmbeddedLog } from './compact-embedded.ts'
import { readAll } from './contract-tools.ts'
import { deadLetter, deadLettersOn } from './dead-letters.ts'
import { openEmbeddedLog } from './embedded.ts'
import { STARS } from './event-log.contract.ts'
import type { EventLog, LogRecord, Position, Topic } from './port.ts'

vi.mock('../disk-room.ts', { spy: true })
afterAll(removeFolders)

const ZAPHOD = 'zaphod-beeblebrox'
const byPlace = (x: LogRecord, y: LogRecord): number => x.partition - y.partition || x.offset - y.offset

async function withLog<T>(folder: string, use: (log: EventLog) => Promise<T>): Promise<T> {
  const log = await openEmbeddedLog(folder, STARS)
  return use(log).finally(() => log.close())
}

/** All that stands there. */
const contentOf = (folder: string) =>
  withLog(folder, async (log) => {
    const topics: Topic[] = ['ratings', 'ratings.dead-letter', 'items', 'erasures', 'served']
    const records = new Map<Topic, LogRecord[]>()
    for (const topic of topics) records.set(topic, (await readAll(log, topic)).records.toSorted(byPlace))
    const ends = await Promise.all(topics.map((topic) => log.ends(topic)))
    return { records, ends, identity: log.identity }
  })

const servedTo = (userId: string) => {
  const known = { type: 'served', recommendationId: 'r', strategy: 'fold-in', generation: 'g' } as const
  const event = { ...known, userId, itemIds: ['x'], propensities: null, firstPosition: 1, occurredAt: Date.now() }
  return { key: userId || 'r', value: encodeEvent(event) }
}

const erasuresIn = (folder: string) => withLog(folder, (log) => findErasures(log))

async function compact(folder: string) {
  const erasures = await erasuresIn(folder)
  return compactEmbeddedLog(folder, (userId) => erasures.get(userId))
}

/** Zaphod's events among those of others, some of them unreadable, put aside, or under the key of somebody else. */
async function filledLog(others = 20): Promise<string> {
  const folder = await newFolder()
  await withLog(folder, async (log) => {
    const misplaced = { ...recordOf(rated(ZAPHOD, 'x', 3)), key: 'ford' }
    await log.append('ratings', [broken(ZAPHOD), misplaced, broken('ford')])
    const { records } = await readAll(log, 'ratings')
    for (const reading of readRatings(log, records))
      if ('reason' in reading)
        await log.append('ratings.dead-letter', [deadLetter('ratings', reading.record, reading.reason)])
    for (let n = 0; n < others; n += 1_000)
      await append(
        log,
        ...Array.from({ length: Math.min(others, 1_000) }, (_, i) => rated(`user-${(n + i) % 997}`, `i${i}`, 4)),
      )
    await append(log, ...Array.from({ length: 10 }, (_, n) => rated(ZAPHOD, `item-${n}`, 5)))
    await log.append('items', [{ key: 'x', value: Buffer.from('item') }])
    await log.append('served', [servedTo(ZAPHOD), broken(ZAPHOD), servedTo('ford'), servedTo('')])
    const lists = (await readAll(log, 'served')).records
    const unread = lists.find(({ value }) => String(value) === 'no event') as LogRecord
    await append(log, erased(ZAPHOD))
    // The one came late from its gateway; the other was put aside late.
    await log.append('served', [servedTo(ZAPHOD)])
    await log.append('ratings.dead-letter', [deadLetter('served', unread, 'no event')])
  })
  return folder
}

it('leaves nothing of who was erased in any byte of the log, and all else where it is', async () => {
  const folder = await filledLog()
  const last = (await erasuresIn(folder)).get(ZAPHOD) as Position
  const before = await contentOf(folder)
  expect(await compact(folder)).toMatchObject({ records: 19 })

  const after = await contentOf(folder)
  expect(after.ends).toEqual(before.ends)
  expect(after.identity).toEqual(before.identity)
  const isHis = ({ key, value, headers }: LogRecord): boolean => `${key}${value}${headers.key}`.includes(ZAPHOD)
  for (const [topic, records] of before.records) {
    const left = after.records.get(topic)?.filter(({ headers }) => !('removed' in headers))
    expect(left).toEqual(records.filter((record) => !isHis(record)))
  }
  for (const name of await readdir(folder)) expect(await readFile(join(folder, name), 'latin1')).not.toContain(ZAPHOD)

  await withLog(folder, async (log) => {
    // At the end of his partition, so that whoever reads it comes to the end, though nothing is to be read there.
    const blank = after.records
      .get('ratings')
      ?.find(({ partition, offset }) => partition === last.partition && offset === last.offset)
    expect([blank?.value, readRatings(log, [blank as LogRecord])]).toEqual([null, []])
    expect(await log.heldUntil('ratings', last)).toBeUndefined()
    expect((await deadLettersOn(log)).map(({ key }) => key)).toEqual(['ford'])
    // He may come again, as somebody new; the blank goes once it is not the last any more.
    await append(log, rated(ZAPHOD, 'item-0', 3))
  })
  expect(await compact(folder)).toMatchObject({ records: 0 })
  const again = (await contentOf(folder)).records.get('ratings') as LogRecord[]
  expect(again.filter(isHis)).toHaveLength(1)
  expect(again.filter(({ headers }) => 'removed' in headers)).toEqual([])
})

it('keeps the lists of whoever comes under the name of somebody who was erased long before', async () => {
  const folder = await newFolder()
  const [before, after] = [servedTo(ZAPHOD), servedTo(ZAPHOD)]
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 })
  try {
    await withLog(folder, (log) => append(log, rated(ZAPHOD, 'x', 5), erased(ZAPHOD)))
  } finally {
    vi.useRealTimers()
  }
  await withLog(folder, (log) => log.append('served', [before, after]))
  expect(await compact(folder)).toMatchObject({ records: 2 })
  expect((await contentOf(folder)).records.get('served')).toHaveLength(2)
})

it('becomes another log when it is rewritten, which knows what it was', async () => {
  const folder = await filledLog()
  const before = await contentOf(folder)
  const erasures = await erasuresIn(folder)
  await withLog(folder, async (log) => {
    const { close } = await log.subscribe({
      group: 'g',
      topics: ['ratings'],
      resumeAt: async () => 1,
      revoked: () => {},
      handle: async () => {},
    })
    await close()
    expect(await log.committed('ratings', 'g')).toContain(1)
  })
  await compactEmbeddedLog(folder, (userId) => erasures.get(userId), true)
  await withLog(folder, async (log) => {
    expect(log.identity).toEqual({ ...before.identity, id: expect.not.stringMatching(before.identity.id) })
    expect(log.former).toEqual([{ id: before.identity.id, ends: before.ends[0] }])
    expect(new Set(await log.committed('ratings', 'g'))).toEqual(new Set([undefined]))
  })
})

it('is whole whenever it is killed', async ({ annotate }) => {
  const filled = await filledLog(10_000)
  const erasures = await erasuresIn(filled)
  const [before, done] = [await contentOf(filled), await copyOf(filled)]
  const takesMs = await compactElsewhere(done, erasures)
  const after = await contentOf(done)
  const moments: string[] = []
  for (const part of [0.1, 0.4, 0.7, 0.9, 1.1]) {
    const folder = await copyOf(filled)
    await compactElsewhere(folder, erasures, part * takesMs)
    const content = await contentOf(folder)
    const isDone = content.records.get('ratings')?.length === after.records.get('ratings')?.length
    expect(content).toEqual(isDone ? after : before)
    moments.push(`at ${part} ${isDone ? 'done' : 'as it was'}`)
    await compactEmbeddedLog(folder, (userId) => erasures.get(userId))
    expect(await contentOf(folder)).toEqual(after)
    expect((await readdir(folder)).toSorted()).toEqual(['event-log.mdb', 'event-log.mdb-lock'])
  }
  await annotate(moments.join('; '))
})

it('stays as it is where it cannot be written anew, and says so', async () => {
  const folder = await filledLog()
  const before = await contentOf(folder)
  await mkdir(join(folder, 'event-log.mdb.renewed'))
  await expect(compact(folder)).rejects.toThrow(UnavailableError)
  await expect(compact(folder)).rejects.toThrow('It is as it was')
  expect((await contentOf(folder)).records.get('ratings')).toEqual(before.records.get('ratings'))
})

it('breaks off, and leaves nothing behind, once the disk is nearly full', async () => {
  const folder = await filledLog()
  const room = vi.mocked(assertRoom)
  // The first pages are written.
  room.mockImplementationOnce(() => {})
  room.mockImplementationOnce(() => {
    throw new Error('its disk has 0 MiB left')
  })
  await expect(compactEmbeddedLog(folder, () => undefined)).rejects.toThrow(/its disk has 0 MiB left.*It is as it was/)
  expect(await readdir(folder)).not.toContain('event-log.mdb.renewed')
  expect((await compactEmbeddedLog(folder, () => undefined)).records).toBe(0)
})

async function copyOf(folder: string): Promise<string> {
  const copy = await newFolder()
  await cp(folder, copy, { recursive: true })
  return copy
}

/**
 * Compacts it in another process.
 * @param killedAfterMs  of when it began
 * @returns ms that it took
 */
async function compactElsewhere(
  folder: string,
  erasures: ReadonlyMap<string, object>,
  killedAfterMs?: number,
): Promise<number> {
  const code = `
    const { compactEmbeddedLog } = await import(${JSON.stringify(new URL('./compact-embedded.ts', import.meta.url).href)})
    const erasures = new Map(${JSON.stringify([...erasures])})
    console.log('begins')
    await compactEmbeddedLog(${JSON.stringify(folder)}, (userId) => erasures.get(userId))`
  const child = spawnWithThisProcess(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  await once(child.stdout as NodeJS.EventEmitter, 'data')
  const began = performance.now()
  if (killedAfterMs !== undefined) await sleep(killedAfterMs).then(() => child.kill('SIGKILL'))
  await ended
  return performance.now() - began
}
