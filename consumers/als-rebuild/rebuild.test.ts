import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { Session } from 'chdb'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { silent } from '../../infra/logging.ts'
import { createMetrics } from '../../infra/metrics.ts'
import { openFolderModelStore } from '../../infra/model-store/folder.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import { openEmbeddedRatingStore } from '../../infra/rating-store/clickhouse.ts'
import type { RatingStore } from '../../infra/rating-store/port.ts'
import type { RatingBlock } from '../../models/als/problem.ts'
import type { HyperParameters } from '../../models/als/types.ts'
import { isHeldOut } from '../../models/evaluation/held-out.ts'
import { generateRatings } from '../../models/evaluation/ratings.fixture.ts'
import { newFolder, rated, removeFolders } from '../events.fixture.ts'
import { rebuildOnce } from './rebuild.ts'

const PLENTY = 10_000
const NEVER = new AbortController().signal
const metrics = createMetrics()
const TINY: HyperParameters = {
  factors: 4,
  epochs: 1,
  seed: 1,
  unobservedWeight: 0.3,
  regularization: 0.01,
  regularizationExponent: 1,
  positiveFrom: 4,
  dislikeWeight: 0,
}

let ratings: RatingStore
let sql: Session
let modelFolder: string
let models: ModelStore
beforeAll(async () => {
  const folder = await newFolder()
  ratings = await openEmbeddedRatingStore(folder)
  sql = new Session(folder)
})
beforeEach(async () => {
  await sql.queryAsync('TRUNCATE TABLE foldstream.ratings')
  modelFolder = await newFolder()
  models = await openFolderModelStore(modelFolder)
})
afterEach(() => models.close())
afterAll(async () => {
  sql.close()
  await ratings.close()
  await removeFolders()
})

/** Ratings as the sink would have written them, on two partitions in turn. */
async function store({ users, items, values }: RatingBlock): Promise<void> {
  await ratings.insertRatings(
    users.map((userId, i) => {
      const event = rated(userId, items[i] as string, values[i] as number)
      return { partition: i % 2, offset: i >> 1, ingestedAt: event.occurredAt, event }
    }),
  )
}

function rebuild(change: Partial<HyperParameters> = {}, { signal = NEVER, maxHistory = PLENTY, into = models } = {}) {
  const progress: string[] = []
  const role = { ratings, models: into, partitions: 3, maxHistory, logger: silent, metrics }
  const outcome = rebuildOnce(
    { ...role, hyperParameters: { ...TINY, ...change } },
    (said) => progress.push(said),
    signal,
  )
  return { progress, outcome }
}

async function published(change: Partial<HyperParameters> = {}, options = {}): Promise<string> {
  const outcome = await rebuild(change, options).outcome
  if ('skipped' in outcome) throw new Error(outcome.skipped)
  return outcome.generation
}

const SOME = generateRatings(60, 40, 1_500, 1)

it('publishes a generation of everything below the watermark, and makes it the live one', async () => {
  await store(SOME)
  const { progress, outcome } = rebuild({ epochs: 2 })
  const id = (await outcome) as { generation: string }
  const generation = await models.load(id.generation)
  expect(await models.pointer()).toEqual({ active: generation.id, pinned: false })
  const trained = SOME.users
    .map((user, i) => ({ user, item: SOME.items[i] as string, value: SOME.values[i] as number }))
    .filter(({ user, item, value }) => value >= TINY.positiveFrom && !isHeldOut(user, item))
  const half = Math.ceil(SOME.users.length / 2)
  expect(generation).toMatchObject({
    users: new Set(trained.map(({ user }) => user)).size,
    ratings: SOME.users.length,
    watermark: [half, SOME.users.length - half, 0],
    epochsRun: 2,
    hyperParameters: { ...TINY, epochs: 2 },
  })
  expect(generation.itemIds).toEqual([...new Set(trained.map(({ item }) => item))].sort())
  expect(generation.metrics['ndcg@10']).toBeGreaterThan(0)
  expect(progress).toEqual([
    `read ${SOME.users.length} ratings`,
    expect.stringMatching(/^epoch 1\/2, held-out ndcg@10 0\.\d{3}$/),
    expect.stringMatching(/^epoch 2\/2/),
  ])
  const noted = await sql.queryAsync('SELECT id FROM foldstream.generations', { format: 'JSONEachRow' })
  expect(noted.text()).toContain(generation.id)
})

it('starts from the item factors of the live generation', async () => {
  await store(SOME)
  const first = await published()
  const second = await models.load(await published())
  await models.remove(first)
  await models.remove(second.id)
  // One epoch and one more from there are two epochs. The generation that the pointer names is gone: this one starts cold.
  const cold = await models.load(await published({ epochs: 2 }))
  expect(second.items.factors).toEqual(cold.items.factors)
})

it('trains all the same when the live generation cannot be read', async () => {
  await store(SOME)
  const broken = await published()
  const artifact = (await readdir(modelFolder)).find((name) => name.startsWith(broken) && !name.endsWith('.json'))
  await truncate(join(modelFolder, artifact as string), 100)
  const next = await published()
  expect(next).not.toBe(broken)
  expect((await models.pointer()).active).toBe(next)
})

it('leaves a pinned generation the live one', async () => {
  await store(SOME)
  const chosen = await published()
  await models.activate(chosen, true)
  const next = await published()
  expect(await models.pointer()).toEqual({ active: chosen, pinned: true })
  expect((await models.list()).map(({ id }) => id)).toEqual(expect.arrayContaining([chosen, next]))
})

it('takes no more of a user than the history keeps', async () => {
  await store(SOME)
  expect((await models.load(await published({}, { maxHistory: 5 }))).ratings).toBe(5 * 60)
})

it('says why there is nothing to publish', async () => {
  expect(await rebuild().outcome).toEqual({ skipped: 'no rating of 4 or more to train on, of 0' })
  await store({ users: ['u1', 'u2'], items: ['i1', 'i1'], values: Float64Array.of(3.5, 1) })
  expect(await rebuild().outcome).toEqual({ skipped: 'no rating of 4 or more to train on, of 2' })
  expect(await models.list()).toEqual([])
  expect((await models.pointer()).active).toBeUndefined()
})

it('publishes nothing when training fails, and says why', async () => {
  await store(SOME)
  await expect(rebuild({ unobservedWeight: 0, regularization: 0, factors: 40 }).outcome).rejects.toThrow(
    /positive definite/,
  )
  expect(await models.list()).toEqual([])
})

it('ends at once when it is stopped during training', async () => {
  await store(SOME)
  const stop = new AbortController()
  const { progress, outcome } = rebuild({ epochs: 1_000 }, { signal: stop.signal })
  const failure = expect(outcome).rejects.toThrow('aborted')
  await vi.waitFor(() => expect(progress.length).toBeGreaterThan(1))
  stop.abort()
  await failure
  expect(await models.list()).toEqual([])
})

it('does not begin to train when it was stopped just before', async () => {
  await store(SOME)
  const stop = new AbortController()
  const into: ModelStore = {
    ...models,
    async pointer() {
      stop.abort()
      return models.pointer()
    },
  }
  const { progress, outcome } = rebuild({}, { signal: stop.signal, into })
  await expect(outcome).rejects.toThrow('aborted')
  expect(progress).toEqual([`read ${SOME.users.length} ratings`])
})
