import { afterAll, beforeEach, expect, it, vi } from 'vitest'
import { openEmbeddedLog } from '../infra/event-log/embedded.ts'
import type { EventLog } from '../infra/event-log/port.ts'
import { readTopic } from '../infra/event-log/read-topic.ts'
import { silent } from '../infra/logging.ts'
import { createMetrics } from '../infra/metrics.ts'
import { openEmbeddedUserState } from '../infra/user-state/embedded.ts'
import type { Generation } from '../models/als/types.ts'
import { decodeEvent } from '../models/events/codec.ts'
import type { Measurement } from '../models/events/types.ts'
import { consume } from './consume.ts'
import { append, erased, generationOf, newFolder, rated, removeFolders, STARS, usersOn } from './events.fixture.ts'
import { foldInUpdater } from './fold-in-updater.ts'
import { createPredictions } from './predictions.ts'

const ITEMS = Array.from({ length: 30 }, (_, n) => `item-${n}`)
const generation = generationOf('g', ITEMS)

/** What counts by seconds goes by these: however long a machine stands still, a test is over within one of them, if barely begun. */
const clocks = { date: 0, ms: 0 }
const GLANCE_MS = 1e-5
beforeEach(() => {
  clocks.date = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => clocks.date)
  vi.spyOn(performance, 'now').mockImplementation(() => (clocks.ms += GLANCE_MS))
  return () => vi.restoreAllMocks()
})

let log: EventLog
beforeEach(async () => {
  log = await openEmbeddedLog(await newFolder(), STARS)
  return () => log.close()
})
afterAll(removeFolders)

const now = () => ({ occurredAt: Date.now() })

interface Run {
  readonly predicted: number
  /** So many at least, of which is waited for, too. */
  readonly leftOut?: number
  readonly work?: () => Promise<unknown>
  readonly budgetMs?: number
  /** The live model. */
  readonly served?: Generation
}

/** Lets an updater take what is on the log, and waits until all was predicted that is to be. */
async function run({ predicted, leftOut = 0, work = async () => {}, budgetMs = Infinity, served = generation }: Run) {
  const metrics = createMetrics()
  const tools = { log, generation: () => served, maxHistory: 100, logger: silent, metrics }
  const predictions = createPredictions({ ...tools, budgetMs })
  const state = await openEmbeddedUserState(await newFolder())
  const consuming = await consume(log, foldInUpdater({ ...tools, state, predictions }), { logger: silent, metrics })
  await work()
  const ends = await log.ends('ratings')
  await vi.waitFor(async () => {
    for (const [partition, end] of ends.entries()) expect((await state.offsets(partition)).applied).toBe(end - 1)
    expect((await metrics.ratingsPredicted.get()).values[0]?.value).toBe(predicted)
    const { values } = await metrics.ratingsNotPredicted.get()
    expect(values.reduce((sum, { value }) => sum + value, 0)).toBeGreaterThanOrEqual(leftOut)
  })
  await consuming.close()
  await predictions.close()
  await state.close()
  const { values } = await metrics.ratingsNotPredicted.get()
  return Object.fromEntries(values.map(({ labels, value }) => [labels.reason, value]))
}

async function measured(): Promise<Measurement[]> {
  const all: Measurement[] = []
  await readTopic(log, 'measurements', (records) => {
    for (const { value } of records) all.push(decodeEvent(value as Uint8Array) as Measurement)
  })
  return all
}

it('predicts live positives of items that the model knows and the user had not rated, each once', async () => {
  const [ann = '', bob = ''] = usersOn(log, 0, 2)
  const repeated = rated(ann, 'item-3', 5, now())
  const leftOut = await run({
    predicted: 5,
    async work() {
      // Three of one user at once: the second is predicted from the first, too.
      await append(log, rated(ann, 'item-1', 5, now()), rated(ann, 'item-2', 4, now()), repeated)
      await append(log, repeated, rated(ann, 'item-1', 4.5, now()), rated(ann, 'item-4', 2, now()))
      await append(log, rated(bob, 'unheard of', 5, now()), rated(bob, 'item-5', 5))
      await append(log, rated(bob, 'item-1', 5, now()), erased(bob), rated(bob, 'item-1', 5, now()))
    },
  })
  expect(leftOut).toEqual({})
  const figures = await measured()
  expect(new Set(figures.map(({ metric, variant }) => `${metric} ${variant}`)).size).toBe(6)
  for (const { generation, value, metric } of figures) {
    expect(generation).toBe('g')
    expect(value).toBeGreaterThanOrEqual(0)
    expect(value, metric).toBeLessThanOrEqual(1)
  }
  const hits = figures.filter(({ metric, variant }) => metric === 'hr@10' && variant === 'popular')
  expect(hits.reduce((sum, { weight }) => sum + weight, 0)).toBe(5)
})

it('leaves out what the model has learnt already, and what fails, and goes on', async () => {
  const rateTwice = async () => {
    const [ann = '', bob = ''] = usersOn(log, 0, 2)
    await append(log, rated(ann, 'item-1', 5, now()), rated(bob, 'item-1', 5, now()))
  }
  // Of the first it was made from the rating, too.
  const learnt = { ...generation, watermark: [1] }
  expect(await run({ predicted: 1, leftOut: 1, work: rateTwice, served: learnt })).toEqual({ model: 1 })
  let fails = 1
  const failing = {
    ...generation,
    get watermark() {
      if (fails-- > 0) throw new Error('on purpose')
      return []
    },
  }
  await rateTwice()
  expect(await run({ predicted: 1, leftOut: 1, served: failing })).toEqual({ error: 1 })
})

it('leaves out what is more than 200 a second, or than there is time for, or read late, and counts it', async () => {
  const users = usersOn(log, 0, 240)
  // Whoever changes their mind at once is counted once.
  await append(log, ...users.flatMap((user) => [5, 4.5].map((value) => rated(user, 'item-1', value, now()))))
  expect(await run({ predicted: 200 })).toEqual({ rate: 40 })
  const hits = (await measured()).find(({ metric, variant }) => metric === 'hr@10' && variant === 'popular')
  expect(hits?.weight).toBe(200)
  expect(await run({ predicted: 1, leftOut: 239, budgetMs: GLANCE_MS / 2 })).toEqual({ rate: 40, time: 199 })

  clocks.date += 10_000
  expect(await run({ predicted: 0 })).toEqual({ lag: 240 })
})
