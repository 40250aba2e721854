import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { UnavailableError } from '../../infra/errors.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import type { HyperParameters } from '../../models/als/types.ts'
import { isHeldOut } from '../../models/evaluation/held-out.ts'
import { generateRatings } from '../../models/evaluation/ratings.fixture.ts'
import { NEVER, storesForRebuilds, TINY } from './rebuild.fixture.ts'
import { rebuildOnce } from './rebuild.ts'

const { models, modelFolder, roleOf, noted, store, published } = storesForRebuilds()

function rebuild(change: Partial<HyperParameters> = {}, { signal = NEVER, into = models() } = {}) {
  const progress: string[] = []
  const outcome = rebuildOnce({ ...roleOf(change), models: into }, (said) => progress.push(said), signal)
  return { progress, outcome }
}

const SOME = generateRatings(60, 40, 1_500, 1)
/** Of which so many pairs are held out that models can be told apart. */
const MANY = generateRatings(900, 300, 36_000, 1)
const POOR = { factors: 1, regularization: 1, unobservedWeight: 10 }

async function tear(id: string): Promise<void> {
  const artifact = (await readdir(modelFolder())).find((name) => name.startsWith(id) && !name.endsWith('.json'))
  await truncate(join(modelFolder(), artifact as string), 100)
}

it('publishes a generation of everything below the watermark, and makes it the live one', async () => {
  await store(SOME)
  const { progress, outcome } = rebuild({ epochs: 2 })
  const id = (await outcome) as { generation: string }
  const generation = await models().load(id.generation)
  expect(await models().pointer()).toEqual({ active: generation.id, pinned: false })
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
  expect(generation.userSample.userIds).toEqual([...new Set(trained.map(({ user }) => user))].sort())
  expect(generation.userSample.factors.data.every((x) => x !== 0)).toBe(true)
  expect(generation.metrics['ndcg@10']).toBeGreaterThan(0)
  expect(progress).toEqual([
    `read ${SOME.users.length} ratings`,
    expect.stringMatching(/^epoch 1\/2, at most \d+(\.\d)? s of training left, held-out ndcg@10 0\.\d{3}$/),
    expect.stringMatching(/^epoch 2\/2, held-out/),
  ])
  expect(await noted()).toContain(generation.id)
})

it('starts from the item factors of the live generation', async () => {
  await store(SOME)
  const first = await published()
  const second = await models().load(await published())
  await models().remove(first)
  await models().remove(second.id)
  // One epoch and one more from there are two epochs. The generation that the pointer names is gone: this one starts cold.
  const cold = await models().load(await published({ epochs: 2 }))
  expect(second.items.factors).toEqual(cold.items.factors)
})

it('trains all the same when the live generation cannot be read', async () => {
  await store(SOME)
  const broken = await published()
  await tear(broken)
  const next = await published()
  expect(next).not.toBe(broken)
  expect((await models().pointer()).active).toBe(next)
})

it('leaves a pinned generation the live one', async () => {
  await store(SOME)
  const chosen = await published()
  await models().activate(chosen, true)
  const next = await published()
  expect(await models().pointer()).toEqual({ active: chosen, pinned: true })
  expect((await models().list()).map(({ id }) => id)).toEqual(expect.arrayContaining([chosen, next]))
})

it('takes no more of a user than the history keeps', async () => {
  await store(SOME)
  expect((await models().load(await published({}, { maxHistory: 5 }))).ratings).toBe(5 * 60)
})

it('says why there is nothing to publish', async () => {
  expect(await rebuild().outcome).toEqual({ skipped: 'no rating of 4 or more to train on, of 0' })
  await store({ users: ['u1', 'u2'], items: ['i1', 'i1'], values: Float64Array.of(3.5, 1) })
  expect(await rebuild().outcome).toEqual({ skipped: 'no rating of 4 or more to train on, of 2' })
  expect(await models().list()).toEqual([])
  expect((await models().pointer()).active).toBeUndefined()
})

it('publishes nothing when training fails, and says why', async () => {
  await store(SOME)
  await expect(rebuild({ unobservedWeight: 0, regularization: 0, factors: 40 }).outcome).rejects.toThrow(
    /positive definite/,
  )
  expect(await models().list()).toEqual([])
})

it('ends at once when it is stopped during training', async () => {
  await store(SOME)
  const stop = new AbortController()
  const { progress, outcome } = rebuild({ epochs: 1_000 }, { signal: stop.signal })
  const failure = expect(outcome).rejects.toThrow('aborted')
  await vi.waitFor(() => expect(progress.length).toBeGreaterThan(1))
  stop.abort()
  await failure
  expect(await models().list()).toEqual([])
})

it('does not begin to train when it was stopped just before', async () => {
  await store(SOME)
  const stop = new AbortController()
  const into: ModelStore = {
    ...models(),
    async pointer() {
      stop.abort()
      return models().pointer()
    },
  }
  const { progress, outcome } = rebuild({}, { signal: stop.signal, into })
  await expect(outcome).rejects.toThrow('aborted')
  expect(progress).toEqual([`read ${SOME.users.length} ratings`])
})

describe('a model that is worse than the live one', () => {
  async function rebuilt(change: Partial<HyperParameters>, { tolerance = 3, force = false } = {}) {
    const outcome = await rebuildOnce({ ...roleOf(change), tolerance }, () => {}, NEVER, force)
    if ('skipped' in outcome) throw new Error(outcome.skipped)
    return { ...outcome, info: (await models().list()).find(({ id }) => id === outcome.generation) }
  }

  it('is kept and not served, and says why', async () => {
    await store(MANY)
    const live = await published({ epochs: 4 })
    const { generation, isHeldBack, remark, info } = await rebuilt(POOR)
    expect(isHeldBack).toBe(true)
    expect(remark).toMatch(
      /^held back, not served: ndcg@100 0\.\d{3} instead of 0\.\d{3} of generation \S+, on \d+ held-out pairs of \d+ users: [\d.]+ standard errors worse, 3 tolerated$/,
    )
    expect(await models().pointer()).toEqual({ active: live, pinned: false })
    expect(info?.comparison).toMatchObject({ live, verdict: 'worse', tolerance: 3 })
    expect((await models().load(generation)).comparison).toEqual(info?.comparison)
    expect(await noted()).toContain('\\"verdict\\":\\"worse\\"')
    // The next one is measured beside the live one again.
    const next = await rebuilt({ epochs: 4 })
    expect(next.info?.comparison).toMatchObject({ live, verdict: 'sound' })
    expect((await models().pointer()).active).toBe(next.generation)
  })

  it('is served where that is forced, or tolerated', async () => {
    await store(MANY)
    await published({ epochs: 4 })
    const forced = await rebuilt(POOR, { force: true })
    expect(forced).toMatchObject({ isHeldBack: false, remark: expect.stringMatching(/^forced: ndcg@100 .* worse/) })
    expect((await models().pointer()).active).toBe(forced.generation)
    await published({ epochs: 4 })
    const tolerated = await rebuilt(POOR, { tolerance: 1_000 })
    expect((await models().pointer()).active).toBe(tolerated.generation)
  })

  it('says that another one is pinned, forced or not', async () => {
    await store(MANY)
    const live = await published({ epochs: 4 })
    await models().activate(live, true)
    const pinned = `pinned, not served: generation ${live} was activated by hand and stays until it is unpinned`
    expect(await rebuilt({ epochs: 4 })).toMatchObject({ isHeldBack: false, remark: pinned })
    expect((await rebuilt(POOR)).remark).toMatch(`; ${pinned}`)
    expect(await rebuilt(POOR, { force: true })).toMatchObject({ isHeldBack: false, remark: pinned })
    expect(await models().pointer()).toEqual({ active: live, pinned: true })
  })

  it('is served where the live one is damaged', async () => {
    await store(MANY)
    await tear(await published({ epochs: 4 }))
    const { generation, info } = await rebuilt(POOR)
    expect(info?.comparison).toBeUndefined()
    expect((await models().pointer()).active).toBe(generation)
  })

  it('does not come to be while the live one cannot be asked for', async () => {
    await store(MANY)
    const live = await published({ epochs: 4 })
    const into: ModelStore = {
      ...models(),
      load: () => Promise.reject(new UnavailableError('the store does not answer')),
    }
    await expect(rebuild(POOR, { into }).outcome).rejects.toThrow('does not answer')
    expect((await models().list()).map(({ id }) => id)).toEqual([live])
  })
})

it('takes who was erased out of the samples of older models, whose place others take, and of its own', async () => {
  await store(SOME)
  const [first, second] = [await published(), await published({ seed: 2 })]
  await models().activate(first, true)
  const { userSample, watermark } = await models().load(first)
  const [gone = ''] = userSample.userIds
  const last = { partition: 0, offset: watermark[0] as number, appendedAt: 0 }
  const erasures = async () => ({
    positions: [last],
    last: (userId: string) => (userId === gone ? last : undefined),
  })
  const third = await published({ seed: 3 }, { erasures })

  const kept = await models().list()
  expect(kept).toHaveLength(3)
  expect(kept.map(({ id }) => id)).not.toContain(first)
  expect(kept.map(({ id }) => id)).not.toContain(second)
  for (const { id } of kept) expect(await noted()).toContain(id)
  const { active, pinned } = await models().pointer()
  expect(pinned).toBe(true)
  // Erased while it was trained.
  expect(await models().load(third)).toMatchObject({
    userSample: { userIds: expect.not.arrayContaining([gone]) },
    sampleLacks: [last.offset + 1, ...watermark.slice(1)],
  })
  for (const { id } of kept) {
    if (id === third) continue
    const { userSample: left, sampleLacks, ...generation } = await models().load(id)
    expect(left.userIds).toEqual(userSample.userIds.filter((userId) => userId !== gone))
    expect(sampleLacks).toEqual([last.offset + 1, ...watermark.slice(1)])
    if (id === active) {
      const d = TINY.factors
      expect(left.factors.data).toEqual(userSample.factors.data.slice(d))
      expect(generation).toMatchObject({ watermark, hyperParameters: { seed: 1 } })
    }
  }
  // Nobody was erased since: they stay.
  await published({ seed: 4 }, { erasures })
  const ids = new Set((await models().list()).map(({ id }) => id))
  expect(kept.filter(({ id }) => id !== third && !ids.has(id))).toEqual([])
})
