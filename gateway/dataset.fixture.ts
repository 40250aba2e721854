import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { InferRequestType, InferResponseType } from 'hono/client'
import { afterAll, beforeAll, beforeEach, expect, vi } from 'vitest'
import { startFoldstream } from '../infra/services/foldstream.ts'
import { clientOf, idsOf, SMALL_MODEL, testDataset } from '../infra/system.fixture.ts'
import { isHeldOut } from '../models/evaluation/held-out.ts'
import type { Item } from '../models/events/types.ts'
import type { Chunk } from '../producers/datasets/dataset.ts'
import { openDataset } from '../producers/datasets/open.ts'
import { answerOf, type Client, createClient } from './client.ts'

/** Ratings from here on are positives, in both datasets. */
export const POSITIVE_FROM = 4
/** What a body may name at once. */
const MAX_IDS = 1_000

/** As much as a score and the sum that explains it, or one that is worked out another way, may differ. */
const near = (score: number): number => 1e-4 * Math.max(Math.abs(score), 1e-3)

/** The dataset as its files say, to work things out from. */
export interface Data {
  readonly items: ReadonlyMap<string, Item>
  /** Values by user and item. */
  readonly ratings: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** The newest, ms since 1970. */
  readonly newest: number
  /** Those who rated most come first. */
  readonly users: readonly string[]
}

type V1 = Client['v1']
export type ListRequest = InferRequestType<V1['recommendations']['$post']>['json']
export type List = InferResponseType<V1['recommendations']['$post'], 200>

export type DatasetSystem = ReturnType<typeof clientOf> &
  ReturnType<typeof asking> & {
    readonly data: Data
    /** What it printed. */
    readonly output: () => string
  }

/**
 * A system that has loaded the dataset and made a model of it, for all tests of a file.
 * @param env  settings; without them the model is a small one
 */
export function systemWithDataset(env: Record<string, string> = SMALL_MODEL): () => DatasetSystem {
  let system: DatasetSystem
  let note: string | undefined
  let output: () => string
  let end: () => Promise<void>

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'foldstream-lists-'))
    end = () => rm(folder, { recursive: true })
    const dataset = await testDataset(folder)
    note = dataset.note
    const args = ['--port', '0', '--data-dir', join(folder, 'data'), '--dataset', dataset.name]
    const running = await startFoldstream(args, { ...env, ...dataset.env })
    output = running.output
    end = async () => {
      await running.kill()
      await rm(folder, { recursive: true })
    }
    const client = clientOf(running.url)
    system = {
      ...client,
      ...asking(running.url),
      output,
      data: await read(join(dataset.env.DATASETS_DIR ?? '', dataset.name)),
    }
    await client.ready()
    await client.settled()
    // Whoever asks for a list of items has the statistics read up to now.
    await client.popular()
    await hasNewcomers(system)
  })
  beforeEach(async ({ annotate, onTestFailed }) => {
    if (note) await annotate(note)
    onTestFailed(() => console.error(`foldstream printed:\n${output()}`))
  })
  afterAll(() => end())

  return () => system
}

/** What tests of lists ask of a gateway, beside what all tests ask. */
function asking(url: string) {
  const { v1 } = createClient(url)
  const rank = (userId: string, items: string[]): Promise<List> => answerOf(v1.rank.$post({ json: { userId, items } }))

  const list = (json: ListRequest): Promise<List> => answerOf(v1.recommendations.$post({ json }))

  return {
    url,
    v1,
    rank,
    /** A list by the rules of a body. */
    list,
    /** The first `count` items of one, as its pages make them. */
    async inPages(json: ListRequest, limit: number, count: number): Promise<List['items']> {
      const items: List['items'] = []
      while (items.length < count) {
        const page = await list({ ...json, skip: items.length, limit: Math.min(limit, count - items.length) })
        items.push(...page.items)
        if (page.items.length < limit) break
      }
      return items
    },
    similar: (itemId: string, query: { limit?: number; skip?: number; genre?: string } = {}): Promise<List> =>
      answerOf(v1.items[':itemId'].similar.$get({ param: { itemId }, query })),
    /** Scores of these items for a user, by item; not of those of which nothing is known. */
    async scores(userId: string, itemIds: Iterable<string>): Promise<Map<string, number>> {
      const scores = new Map<string, number>()
      const all = [...itemIds]
      for (let from = 0; from < all.length; from += MAX_IDS)
        // What cannot be scored comes last, with 0.
        for (const { itemId, score } of (await rank(userId, all.slice(from, from + MAX_IDS))).items)
          if (score !== 0) scores.set(itemId, score)
      return scores
    },
    describe: (itemId: string, json: InferRequestType<V1['items'][':itemId']['$put']>['json']) =>
      answerOf(v1.items[':itemId'].$put({ param: { itemId }, json })),
    /** Makes another model, and waits until it is served. @returns its id */
    async rebuild(): Promise<string> {
      const { id } = await answerOf(v1.admin.rebuilds.$post())
      return await vi.waitFor(async () => {
        const { rebuild, generation } = await answerOf(v1.admin.status.$get())
        expect(rebuild).toMatchObject({ id, status: 'published', generation: expect.any(String) })
        expect(generation).toBe(rebuild?.generation)
        return generation as string
      })
    },
  }
}

const LAID_OUT_ANEW_MS = 6_000

/** What the model has not seen joins the lists a moment later, unless it is disliked. */
async function hasNewcomers({ rank, data }: DatasetSystem): Promise<void> {
  const values = new Map<string, number[]>()
  for (const theirs of data.ratings.values())
    for (const [itemId, value] of theirs) values.set(itemId, [...(values.get(itemId) ?? []), value])
  const ids = [...data.items.values()].filter(({ genres }) => genres.includes('Drama')).map(({ itemId }) => itemId)
  const unrated = ids.find((itemId) => !values.has(itemId))
  const disliked = ids.filter((itemId) => values.get(itemId)?.every((value) => value < POSITIVE_FROM))
  const [user = ''] = data.users
  await vi.waitFor(async () => {
    const { items } = await rank(user, [...disliked, ...(unrated === undefined ? [] : [unrated])].slice(-MAX_IDS))
    expect(items.filter(({ isNew }) => isNew).map(({ itemId }) => itemId)).toEqual(
      unrated === undefined ? [] : [unrated],
    )
  })
  // Those that came while the first of them were laid out are laid out together some seconds later.
  await sleep(LAID_OUT_ANEW_MS)
}

async function read(path: string): Promise<Data> {
  const dataset = await openDataset(path, Date.now())
  const items = new Map((await valuesOf(dataset.items())).map((item) => [item.itemId, item]))
  const ratings = new Map<string, Map<string, number>>()
  let newest = 0
  for (const { userId, itemId, value, occurredAt } of await valuesOf(dataset.ratings())) {
    const theirs = ratings.get(userId) ?? new Map<string, number>()
    ratings.set(userId, theirs.set(itemId, value as number))
    newest = Math.max(newest, occurredAt)
  }
  const countOf = (userId: string): number => ratings.get(userId)?.size ?? 0
  const users = [...ratings.keys()].sort((x, y) => countOf(y) - countOf(x) || (x < y ? -1 : 1))
  return { items, ratings, newest, users }
}

async function valuesOf<T>(chunks: AsyncIterable<Chunk<T>>): Promise<T[]> {
  const values: T[] = []
  for await (const { lines } of chunks) for (const { value } of lines) if (value) values.push(value)
  return values
}

/** What a user rated at least this high. */
export const likedBy = ({ ratings }: Data, userId: string): string[] =>
  [...(ratings.get(userId) ?? [])].filter(([, value]) => value >= POSITIVE_FROM).map(([itemId]) => itemId)

/** How many users like each item. @param counts  whether a user's like of an item is counted */
export function likesOf(data: Data, counts = (_userId: string, _itemId: string): boolean => true): Map<string, number> {
  const likes = new Map<string, number>()
  for (const userId of data.users) {
    for (const itemId of likedBy(data, userId))
      if (counts(userId, itemId)) likes.set(itemId, (likes.get(itemId) ?? 0) + 1)
  }
  return likes
}

/** The most popular fifth of the model's items: by the likes that it was trained on, ties by id. */
export function wellKnownOf(data: Data): ReadonlySet<string> {
  const likes = likesOf(data, (userId, itemId) => !isHeldOut(userId, itemId))
  const items = [...likes].sort(([x, likesOfX], [y, likesOfY]) => likesOfY - likesOfX || (x < y ? -1 : 1))
  return new Set(items.slice(0, Math.floor(items.length / 5)).map(([itemId]) => itemId))
}

export const scoresOf = ({ items }: Pick<List, 'items'>): number[] => items.map(({ score }) => score)

/** Same items in the same order, with the same scores but for rounding. */
export function expectSameList(actual: Pick<List, 'items'>, expected: Pick<List, 'items'>): void {
  expect(idsOf(actual)).toEqual(idsOf(expected))
  actual.items.forEach(({ score, itemId }, n) => {
    expectNear(score, expected.items[n]?.score as number, itemId)
  })
}

export function expectNear(actual: number, expected: number, of?: string): void {
  expect(Math.abs(actual - expected), `${of ?? ''} ${actual} is to be ${expected}`).toBeLessThanOrEqual(near(expected))
}
