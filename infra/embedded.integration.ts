import { cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { answerOf, createClient } from '../gateway/client.ts'
import { encodeEvent } from '../models/events/codec.ts'
import type { RatingEvent, RatingScale } from '../models/events/types.ts'
import { openEmbeddedLog } from './event-log/embedded.ts'
import type { EventLog, LogRecord } from './event-log/port.ts'
import { openFolderModelStore } from './model-store/folder.ts'
import type { ModelStore } from './model-store/port.ts'
import { openEmbeddedRatingStore } from './rating-store/clickhouse.ts'
import { connectEmbedded } from './rating-store/connect-embedded.ts'
import { runFoldstream } from './services/foldstream.ts'
import {
  countLog,
  idsOf,
  recommendsToKnownUsers,
  recommendsToNewcomers,
  SMALL_MODEL,
  startSystem,
  type TestDataset,
  type TestSystem,
  testDataset,
  testFolder,
} from './system.fixture.ts'

const SCALE: RatingScale = { min: 0.5, max: 5, positiveFrom: 4 }

let scratch: string
let dataset: TestDataset
let env: Record<string, string>

const start = (folder: string, ...args: string[]) => startSystem(['--data-dir', folder, ...args], env)
const run = (folder: string, ...words: string[]) => runFoldstream([...words, '--data-dir', folder], env)
const says = (code: number, output: RegExp) => ({ code, output: expect.stringMatching(output) })

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'foldstream-embedded-'))
  dataset = await testDataset(scratch)
  env = { ...SMALL_MODEL, ...dataset.env }
  const folder = join(scratch, 'filled')
  expect(await run(folder, 'import', dataset.name)).toEqual(says(0, /^imported .* ratings/m))
  expect(await run(folder, 'rebuild')).toEqual(says(0, /^published generation/m))
})
afterAll(() => rm(scratch, { recursive: true }))

/** A stopped system with the dataset and a model. */
async function filledFolder(): Promise<string> {
  const folder = await testFolder()
  await cp(join(scratch, 'filled'), folder, { recursive: true })
  return folder
}

/** Opens the log of a stopped system. */
async function withLog<T>(folder: string, use: (log: EventLog) => Promise<T>): Promise<T> {
  const log = await openEmbeddedLog(join(folder, 'log'), SCALE)
  try {
    return await use(log)
  } finally {
    await log.close()
  }
}

/** What ClickHouse counts of a stopped system; it must be what stands on the log. */
async function counts(folder: string) {
  const store = await openEmbeddedRatingStore(join(folder, 'clickhouse'))
  try {
    const counted = await store.counts()
    expect(counted).toEqual(await withLog(folder, countLog))
    return counted
  } finally {
    await store.close()
  }
}

async function stopped(system: TestSystem): Promise<void> {
  expect(await system.stop(), system.output()).toBe(0)
}

describe('a comparison of log and stores', () => {
  it('finds all as the log says, in a running system and in a stopped one', async () => {
    const folder = await filledFolder()
    const system = await start(folder)
    await system.rate({ userId: 'new', itemId: '1', value: 5 })
    await system.settled()
    expect(await run(folder, 'verify')).toEqual(says(0, /^everything is as the log says/m))
    await stopped(system)
    expect(await run(folder, 'verify')).toEqual(says(0, /^everything is as the log says/m))
  })

  it('says which row is missing, and ends with exit code 1', async () => {
    const folder = await filledFolder()
    const connection = await connectEmbedded(join(folder, 'clickhouse'), 'foldstream')
    await connection.write.command('DELETE FROM ratings WHERE partition = 3 AND offset = 5')
    await connection.close()
    expect(await run(folder, 'verify')).toEqual(
      says(1, /partition 3, offset 5, user .*: the row is missing\n1 fault, /),
    )
  })
})

describe('a model', () => {
  async function withModels<T>(folder: string, use: (models: ModelStore) => Promise<T>): Promise<T> {
    const models = await openFolderModelStore(join(folder, 'models'))
    try {
      return await use(models)
    } finally {
      await models.close()
    }
  }

  it('that is worse than the live one, or not the pinned one, is not served, which `rebuild` says; forced, a worse one is', async () => {
    const folder = await filledFolder()
    const poor = { ...env, FACTORS: '1' }
    const rebuildPoor = (...flags: string[]) => runFoldstream(['rebuild', ...flags, '--data-dir', folder], poor)
    const heldBack = /^generation \S+ is held back, not served: .* standard errors worse.*--force$/m
    expect(await rebuildPoor()).toEqual(says(1, heldBack))
    expect(await rebuildPoor('--force')).toEqual(
      says(0, /^published generation \S+; forced: .* standard errors worse/m),
    )
    await withModels(folder, async (models) => models.activate((await models.pointer()).active as string, true))
    expect(await run(folder, 'rebuild')).toEqual(says(0, /^published generation \S+; pinned, not served: generation/m))
  })

  it('that is damaged is not served: the one before it is, or popular lists, and the status says so until there is another', async () => {
    const folder = await filledFolder()
    expect(await run(folder, 'rebuild')).toEqual(says(0, /^published generation/m))
    const [newest, former] = await withModels(folder, (models) => models.list())
    const tear = (info = newest) => truncate(join(folder, 'models', `${info?.id}.generation`), 1_000)
    await tear()
    const status = ({ url }: TestSystem) => answerOf(createClient(url).v1.admin.status.$get())
    const system = await start(folder)
    await system.ready()
    await system.settled()
    expect(await system.recommendations('1')).toMatchObject({ strategy: 'fold-in', generation: former?.id })
    const message = expect.stringMatching(
      `^Generation ${newest?.id} .* generation ${former?.id} is served in its place`,
    )
    expect((await status(system)).degraded).toMatchObject([{ part: 'generation', message }])
    await stopped(system)

    await tear(former)
    const mending = await startSystem(['--data-dir', folder], { ...env, REBUILD_INTERVAL: '1h' })
    // Popular ones, unless the rebuild was faster.
    expect((await mending.recommendations('1')).items).toHaveLength(10)
    expect(await mending.ready()).toMatchObject({ model: 'loaded' })
    const { generation, degraded } = await status(mending)
    expect([newest?.id, former?.id, null]).not.toContain(generation)
    expect(degraded).toEqual([])
    await stopped(mending)
  })
})

describe('a system on embedded stores', () => {
  it('recommends to those in its dataset, and to a newcomer by their first five ratings; started again, it is the same', async ({
    annotate,
  }) => {
    if (dataset.note) await annotate(dataset.note)
    const folder = await testFolder()
    const system = await start(folder, '--dataset', dataset.name)
    expect(await system.ready()).toMatchObject({ model: 'loaded' })

    await recommendsToKnownUsers(system)
    const { strategy, generation, items } = await recommendsToNewcomers(system)
    await stopped(system)
    const counted = await counts(folder)

    const again = await start(folder, '--dataset', dataset.name)
    expect(await again.ready()).toMatchObject({ model: 'loaded' })
    expect(await again.recommendations('newcomer')).toMatchObject({ strategy, generation, items })
    expect((await again.ratingsOf('newcomer')).size).toBe(5)
    await stopped(again)
    expect(await counts(folder)).toEqual(counted)
  })

  it('goes on with a first dataset that a crash interrupted', async () => {
    const folder = await testFolder()
    const crashing = await start(folder, '--dataset', dataset.name)
    await vi.waitFor(async () => expect((await crashing.readiness()).model).toBe('training'), { interval: 1 })
    await crashing.kill()
    expect(crashing.output()).not.toContain('loaded ')

    const system = await start(folder, '--dataset', dataset.name)
    expect(await system.ready()).toMatchObject({ model: 'loaded' })
    await stopped(system)
    expect(await counts(folder)).toEqual(await counts(join(scratch, 'filled')))
  })

  it('keeps every rating that it has acknowledged when it is killed', async () => {
    const folder = await testFolder()
    const acknowledged = new Map<string, Map<string, number>>()
    for (const round of [1, 2]) {
      const system = await start(folder, '--dataset', 'none')
      let count = 0
      const reached = Promise.withResolvers<void>()
      const post = async (userId: string): Promise<void> => {
        const theirs = new Map<string, number>()
        acknowledged.set(userId, theirs)
        for (let item = 1; ; item++) {
          const [itemId, value] = [`film ${item}`, 1 + (item % 5)]
          await system.rate({ userId, itemId, value })
          theirs.set(itemId, value)
          if (++count === 500) reached.resolve()
        }
      }
      const posting = Array.from({ length: 8 }, (_, client) => post(`user ${client} of round ${round}`))
      await Promise.race([reached.promise, ...posting])
      await system.kill()
      await Promise.allSettled(posting)
    }

    const system = await start(folder, '--dataset', 'none')
    await system.settled()
    for (const [userId, theirs] of acknowledged) {
      const ratings = await system.ratingsOf(userId)
      for (const [itemId, value] of theirs) expect(ratings.get(itemId), `${userId}, ${itemId}`).toBe(value)
    }
    await stopped(system)
    expect((await counts(folder)).events).toBeGreaterThanOrEqual(1000)
  })

  it('refills ClickHouse from the log when its tables were emptied', async () => {
    const folder = await filledFolder()
    const before = await counts(folder)
    const clickhouse = await connectEmbedded(join(folder, 'clickhouse'), 'foldstream')
    for (const table of ['ratings', 'sink_progress', 'items']) await clickhouse.write.command(`TRUNCATE TABLE ${table}`)
    await clickhouse.close()

    const system = await start(folder)
    const { generation } = await system.recommendations('1')
    // A rebuild waits for ClickHouse to have everything, and is served without a restart.
    expect(await run(folder, 'rebuild')).toEqual(says(0, /^published generation/m))
    await vi.waitFor(async () => expect((await system.recommendations('1')).generation).not.toBe(generation))
    await stopped(system)
    expect(await counts(folder)).toEqual(before)
  })

  it('counts a dataset once, however often it is imported', async () => {
    const folder = await filledFolder()
    const before = await counts(folder)
    const system = await start(folder)
    await system.settled()
    const { items: popular } = await system.popular({ limit: 100 })
    expect(await run(folder, 'import', dataset.name)).toEqual(says(0, /^imported .* ratings/m))
    await system.settled()
    await stopped(system)
    expect(await counts(folder)).toEqual(before)

    expect(await run(folder, 'import', dataset.name)).toEqual(says(0, /^imported .* ratings/m))
    const again = await start(folder)
    await again.settled()
    expect((await again.popular({ limit: 100 })).items).toEqual(popular)
    await stopped(again)
    expect(await counts(folder)).toEqual(before)
  })

  it('puts aside what is no event, and goes on', async () => {
    const folder = await testFolder()
    const userId = 'someone'
    const rating = { type: 'rating', userId, value: 4, occurredAt: Date.now(), recommendationId: null } as const
    const good = { ...rating, itemId: 'good', eventId: crypto.randomUUID() } satisfies RatingEvent
    const foreign = {
      ...rating,
      itemId: 'foreign',
      eventId: crypto.randomUUID(),
      userId: 'other',
    } satisfies RatingEvent
    const bad = [Buffer.from([0xc3, 0x01, 7]), Buffer.from('{"userId":"someone"}'), encodeEvent(foreign)]
    const values = [...bad, encodeEvent(good)]
    const positions = await withLog(folder, (log) =>
      log.append(
        'ratings',
        values.map((value) => ({ key: userId, value })),
      ),
    )

    const system = await start(folder, '--dataset', 'none')
    await system.settled()
    expect(await system.ratingsOf(userId)).toEqual(new Map([['good', 4]]))
    await stopped(system)

    const letters: LogRecord[] = []
    await withLog(folder, async (log) => {
      const { caughtUp, close } = await log.tail('ratings.dead-letter', (records) => void letters.push(...records))
      await caughtUp
      await close()
    })
    expect(letters.map(({ value }) => Buffer.from(value ?? []))).toEqual(bad.map((bytes) => Buffer.from(bytes)))
    for (const [i, { headers }] of letters.entries()) {
      const { partition, offset } = positions[i] as { partition: number; offset: number }
      expect(headers).toEqual({
        topic: 'ratings',
        partition: `${partition}`,
        offset: `${offset}`,
        key: userId,
        error: expect.stringMatching(/\w/),
      })
    }

    const [first, second, third] = positions.map(({ partition, offset }) => `ratings-${partition}-${offset}`)
    expect(await run(folder, 'dead-letters', 'list')).toEqual(
      says(0, new RegExp(`^${first}  .*\n${second}  .*\n${third}  `)),
    )
    expect(await run(folder, 'dead-letters', 'show', first as string)).toEqual(says(0, /\nc3 01 07\n/))
    expect(await run(folder, 'dead-letters', 'drop', first as string, second as string)).toEqual(says(0, /^2 dropped/))
    const again = await start(folder)
    expect(await run(folder, 'dead-letters', 'replay', '--all')).toEqual(says(0, /^1 replayed/))
    await again.settled()
    const { partition } = positions[0] as { partition: number }
    expect(await run(folder, 'dead-letters')).toEqual(
      says(0, new RegExp(`^ratings-${partition}-${values.length}  .*\n$`)),
    )
    expect(await run(folder, 'dead-letters', 'drop', 'ratings-0-999')).toEqual(says(2, /no letter ratings-0-999/))
    expect(await run(folder, 'dead-letters', 'drop')).toEqual(says(2, /--all/))
    await stopped(again)
    expect(await run(folder, 'verify')).toEqual(
      says(0, /4 records hold nothing for their topic: 0 of them not put aside/),
    )
  })

  it('starts empty when asked to, and makes a first model by itself once ratings have come', async () => {
    const system = await start(await testFolder(), '--dataset', 'none')
    expect(await system.readiness()).toMatchObject({ code: 200, model: 'none' })
    expect(await system.popular()).toMatchObject({ items: [] })
    expect(await system.recommendations('a')).toMatchObject({ items: [], strategy: 'popular', generation: null })

    const ratings = ['a', 'b', 'c'].flatMap((userId) => ['x', 'y', 'z'].map((itemId) => ({ userId, itemId, value: 5 })))
    const token = await system.rate(ratings.slice(0, -1))
    expect(await system.readiness()).toMatchObject({ code: 503, model: 'training' })
    expect(await system.ready()).toMatchObject({ model: 'loaded' })
    const { strategy, items } = await system.recommendations('c', { after: token })
    expect({ strategy, items: items.map(({ itemId }) => itemId) }).toEqual({ strategy: 'fold-in', items: ['z'] })
    await stopped(system)
  })

  it('keeps the scale of what was imported before its first start', async () => {
    const folder = await testFolder()
    const file = join(folder, 'seen.csv')
    await writeFile(file, 'userId,itemId,occurredAt\na,x,1000000000\na,y,1000000001\nb,x,1000000002\n')
    expect(await run(join(folder, 'data'), 'import', file)).toEqual(says(0, /^imported seen into .*: 3 ratings/m))
    const system = await start(join(folder, 'data'))
    await system.settled()
    expect(idsOf(await system.popular())).toEqual(['x', 'y'])
    await expect(system.rate({ userId: 'a', itemId: 'z', value: 5 })).rejects.toThrow(/value/)
    await stopped(system)
  })
})
