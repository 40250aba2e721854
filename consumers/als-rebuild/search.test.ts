import { expect, it, vi } from 'vitest'
import { generateRatings } from '../../models/evaluation/ratings.fixture.ts'
import { isSearchDue } from './hyper-parameters.ts'
import { NEVER, storesForRebuilds } from './rebuild.fixture.ts'
import { type Rebuild, rebuildOnce } from './rebuild.ts'
import { searchOnce } from './search.ts'

const { models, roleOf, noted, store, published } = storesForRebuilds()

/** Of which a fifth is enough to measure with. */
const MANY = generateRatings(200, 100, 12_000, 1)
/** Far from good. */
const POOR = { epochs: 3, regularization: 1, unobservedWeight: 10 }
/** Takes a while. */
const LARGE = { hyperParameters: roleOf({ ...POOR, factors: 64 }).hyperParameters }
const BOTH = ['regularization', 'unobservedWeight'] as const
const AMPLE_MS = 60_000

function search(change: Partial<Rebuild> & { budgetMs?: number } = {}, { signal = NEVER, cut = NEVER } = {}) {
  const progress: string[] = []
  const role = { ...roleOf(POOR), search: BOTH, budgetMs: AMPLE_MS, ...change }
  return { role, progress, outcome: searchOnce(role, (said) => progress.push(said), signal, cut) }
}

const searchesOf = (progress: readonly string[]): string[] => progress.filter((said) => said.startsWith('search '))

it('publishes a second model where it finds something better, and later rebuilds go by it', async () => {
  await store(MANY)
  const first = await models().load(await published(POOR))
  const { role, progress, outcome } = search()
  const { generation: id } = (await outcome) as { generation: string }
  expect(await models().pointer()).toEqual({ active: id, pinned: false })
  const second = await models().load(id)
  const { tuning, hyperParameters } = second
  expect(tuning).toMatchObject({ start: { regularization: 1, unobservedWeight: 10 }, end: 'complete' })
  expect(tuning?.figure).toBeGreaterThan(1.2 * (tuning?.start.figure ?? 1))
  expect(hyperParameters).toMatchObject({
    regularization: tuning?.regularization,
    unobservedWeight: tuning?.unobservedWeight,
  })
  expect(hyperParameters.regularization).toBeLessThan(1)
  // Only the pairs that no model ever sees are held out of the model.
  expect(second.metrics.pairs).toBe(first.metrics.pairs)
  expect(second.positives).toEqual(first.positives)
  expect((await models().list())[0]).toMatchObject({ id, tuning })
  expect(await noted()).toContain('\\"tuning\\":{')
  expect(searchesOf(progress)).toHaveLength(tuning?.runs ?? 0)
  expect(searchesOf(progress)[0]).toMatch(
    /^search 1, \d+ s left, best ndcg@100 0\.\d{3} on the pairs of the search, .* λ 1 and weight α0 10 of /,
  )
  expect(progress.at(-1)).toMatch(/^epoch /)

  expect(await models().tuning()).toEqual({ tuning, hyperParameters, ratings: second.ratings })
  expect(isSearchDue(role, await models().tuning(), second.ratings)).toBe(false)
  const { generation: third } = (await rebuildOnce(role, () => {}, NEVER)) as { generation: string }
  expect(await models().load(third)).toMatchObject({ hyperParameters, tuning })
})

it('keeps what stands where nothing near it is better, and says so', async () => {
  await store(MANY)
  await search().outcome
  const found = await models().tuning()
  const generations = await models().list()
  const { outcome, progress } = search()
  expect(await outcome).toEqual({ skipped: expect.stringMatching(/^nothing better in \d+ searches than ndcg@100 0/) })
  expect(await models().list()).toEqual(generations)
  const { tuning } = (await models().tuning()) ?? {}
  expect(tuning).toMatchObject({
    regularization: found?.tuning.regularization,
    unobservedWeight: found?.tuning.unobservedWeight,
  })
  // Finer steps only: no decades.
  expect(searchesOf(progress).length).toBeLessThan(found?.tuning.runs ?? 0)
})

it('starts from nothing where the values are others than those of the live model', async () => {
  await store(MANY)
  const alone = await models().load(await published())
  const after = async () => models().load(await published())
  await models().remove(alone.id)
  await published(POOR)
  expect((await after()).items.factors).toEqual(alone.items.factors)
  expect((await after()).items.factors).not.toEqual(alone.items.factors)
})

it('serves nothing else where a model is pinned', async () => {
  await store(MANY)
  const chosen = await published(POOR)
  await models().activate(chosen, true)
  const outcome = await search().outcome
  expect(await models().pointer()).toEqual({ active: chosen, pinned: true })
  expect((await models().list()).map(({ id }) => id)).toContain((outcome as { generation: string }).generation)
})

it('searches one alone where the other is given', async () => {
  await store(MANY)
  await search({ search: ['unobservedWeight'] }).outcome
  expect(await models().tuning()).toMatchObject({
    tuning: { search: ['unobservedWeight'], regularization: 1 },
    hyperParameters: { regularization: 1 },
  })
})

it('gives way at once, with what it has found until then', async () => {
  await store(MANY)
  const cut = new AbortController()
  const { role, progress, outcome } = search(LARGE, { cut: cut.signal })
  await vi.waitFor(() => expect(searchesOf(progress).length).toBeGreaterThan(2), { interval: 1 })
  cut.abort()
  expect(await outcome).toEqual({ skipped: expect.stringMatching(/^broken off after search \d+, best ndcg@100 0/) })
  expect(await models().list()).toEqual([])
  const last = await models().tuning()
  expect(last?.tuning.runs).toBeGreaterThan(2)
  // The next rebuild goes by it; the search is taken up again.
  const { generation } = (await rebuildOnce(role, () => {}, NEVER)) as { generation: string }
  expect((await models().load(generation)).hyperParameters).toMatchObject({
    regularization: last?.tuning.regularization,
    unobservedWeight: last?.tuning.unobservedWeight,
  })
  expect(isSearchDue(role, last, MANY.users.length)).toBe(true)
})

it('gives way before it has found anything', async () => {
  await store(MANY)
  const outcome = search({}, { cut: AbortSignal.abort() }).outcome
  expect(await outcome).toEqual({ skipped: expect.stringMatching(/^broken off/) })
  expect(await models().tuning()).toBeUndefined()
})

it('ends without a trace when the process is stopped', async () => {
  await store(MANY)
  const stop = new AbortController()
  const { progress, outcome } = search(LARGE, { signal: stop.signal })
  const failure = expect(outcome).rejects.toThrow('aborted')
  await vi.waitFor(() => expect(searchesOf(progress).length).toBeGreaterThan(0), { interval: 1 })
  stop.abort()
  await failure
  expect(await models().tuning()).toBeUndefined()
  expect(await models().list()).toEqual([])
})

it('says why it found nothing', async () => {
  expect(await search().outcome).toEqual({ skipped: 'no rating of 4 or more to train on, of 0' })
  await store(generateRatings(10, 10, 60, 1))
  expect(await search().outcome).toEqual({ skipped: expect.stringMatching(/^too few ratings to search with/) })
  expect((await models().tuning())?.tuning.runs).toBe(0)
  await store(MANY)
  expect(await search({ budgetMs: 1 }).outcome).toEqual({ skipped: 'no search came to its end in 0 s' })
})
