import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedLog } from '../infra/event-log/embedded.ts'
import type { EventLog } from '../infra/event-log/port.ts'
import { silent } from '../infra/logging.ts'
import { createMetrics } from '../infra/metrics.ts'
import { openFolderModelStore } from '../infra/model-store/folder.ts'
import type { ModelStore } from '../infra/model-store/port.ts'
import { openEmbeddedUserState } from '../infra/user-state/embedded.ts'
import type { UserState } from '../infra/user-state/port.ts'
import { erasedAt } from '../infra/user-state/record.ts'
import { createGeneration } from '../models/als/generation.ts'
import type { Generation } from '../models/als/types.ts'
import type { RatingScale } from '../models/events/types.ts'
import type { HistoryEntry } from '../models/history/types.ts'
import { gramian } from '../models/linalg/gramian.ts'
import { createGateway, type RunningGateway } from './app.ts'
import { followCatalogue } from './catalogue.ts'
import type { GatewayDependencies } from './context.ts'

/** First offset of each partition that models made here did not see; what is written of users stands before, unless they say. */
export const UNSEEN_FROM = 1_000
const SCALE: RatingScale = { min: 0.5, max: 5, positiveFrom: 4 }

export interface TestGateway extends RunningGateway {
  readonly log: EventLog
  readonly state: UserState
  readonly models: ModelStore
  /** Of the models. */
  readonly modelFolder: string
  /** What the gateway is to serve from now on. */
  serve(generation: Generation | undefined): void
  get(path: string): Promise<Answer>
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  stop(): Promise<void>
}

/** An answer, its JSON read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** Which items a list holds, in order. */
export const itemIdsOf = ({ body }: Answer): string[] =>
  (body as { items: { itemId: string }[] }).items.map(({ itemId }) => itemId)

export const tokenOf = ({ body }: Answer): string => (body as { token: string }).token

/** Which paths a problem document complains of. */
export const faultPathsOf = ({ body }: Answer): string[] =>
  (body as { errors?: { path: string }[] }).errors?.map(({ path }) => path) ?? []

/** A gateway over real embedded stores in a folder of its own. */
export async function openTestGateway(
  overrides: Partial<Omit<GatewayDependencies, 'settings'>> & {
    settings?: Partial<GatewayDependencies['settings']>
  } = {},
): Promise<TestGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  const log = await openEmbeddedLog(join(folder, 'log'), SCALE)
  const state = await openEmbeddedUserState(join(folder, 'state'))
  const modelFolder = join(folder, 'models')
  const models = await openFolderModelStore(modelFolder)
  const catalogue = await followCatalogue(log, silent)
  let generation: Generation | undefined
  const gateway = createGateway({
    log,
    state,
    models,
    generations: { current: () => generation, trouble: () => undefined },
    catalogue,
    logger: silent,
    metrics: createMetrics(),
    checks: {},
    troubles: () => [],
    lag: async () => [],
    applied: async (partition) => ({ 'user state': (await state.offsets(partition)).applied }),
    ...overrides,
    settings: {
      apiKeys: undefined,
      adminToken: undefined,
      corsOrigins: [],
      bodyLimit: 8 * 2 ** 20,
      ...overrides.settings,
    },
  })

  async function ask(path: string, init: RequestInit): Promise<Answer> {
    const response = await gateway.app.request(path, init)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }

  return {
    ...gateway,
    log,
    state,
    models,
    modelFolder,
    serve: (next) => {
      generation = next
    },
    get: (path) => ask(path, {}),
    send: (method, path, body, headers = {}) =>
      ask(path, {
        method,
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      }),
    async stop() {
      await gateway.close()
      await catalogue.close()
      await Promise.all([log.close(), state.close(), models.close()])
      await rm(folder, { recursive: true })
    },
  }
}

/** A model of two factors, say romance and action, made by hand. */
export function generationOf(id: string, factors: Readonly<Record<string, readonly [number, number]>>): Generation {
  const itemIds = Object.keys(factors).sort()
  const matrix = {
    rows: itemIds.length,
    d: 2,
    data: Float32Array.from(itemIds.flatMap((itemId) => factors[itemId] ?? [])),
  }
  return createGeneration({
    id,
    createdAt: Date.parse('2026-01-01T00:00:00Z'),
    hyperParameters: {
      factors: 2,
      epochs: 1,
      seed: 1,
      positiveFrom: SCALE.positiveFrom,
      dislikeWeight: 0,
      unobservedWeight: 0.1,
      regularization: 0.01,
      regularizationExponent: 1,
    },
    itemIds,
    items: { factors: matrix, gramian: gramian(matrix) },
    userGramian: Float64Array.of(1, 0, 0, 1),
    users: 1,
    positives: Int32Array.from(itemIds, (_, index) => itemIds.length - index),
    ratings: itemIds.length,
    metrics: { 'ndcg@10': 0.25 },
    watermark: new Array(8).fill(UNSEEN_FROM),
    trainSeconds: 0.1,
    epochsRun: 1,
  })
}

/** Writes what an updater would write of a user, whose ratings stand on the log one after the other. */
export async function writeUser(
  state: UserState,
  userId: string,
  ratings: Readonly<Record<string, number | null>>,
  solved: { vector?: readonly number[]; generation?: string; appliedOffset?: number; firstOffset?: number } = {},
): Promise<void> {
  const standing = await state.read(userId)
  const { firstOffset = 0 } = solved
  const entries = Object.entries(ratings).map(([itemId, value], index): [string, HistoryEntry] => {
    const replaced = standing?.history.get(itemId)
    const superseded = replaced ? [...replaced.superseded, replaced.eventId] : []
    const offset = firstOffset + index
    return [itemId, { itemId, value, occurredAt: index, offset, eventId: crypto.randomUUID(), superseded }]
  })
  await state.writeMany([
    {
      userId,
      expectedOffset: standing?.appliedOffset,
      next: {
        userId,
        history: new Map(entries),
        vector: solved.vector && Float32Array.from(solved.vector),
        generation: solved.generation,
        appliedOffset: solved.appliedOffset ?? 0,
      },
    },
  ])
}

/** Writes what an updater would write of a user who was erased. */
export async function eraseUser(state: UserState, userId: string): Promise<void> {
  const standing = await state.read(userId)
  const expectedOffset = standing?.appliedOffset
  await state.writeMany([{ userId, expectedOffset, next: erasedAt(userId, (expectedOffset ?? 0) + 1) }])
}

/**
 * Writes item statistics of one partition: how many positive ratings each item has there.
 *
 * @param at  when they were all given, ms since 1970
 */
export async function writePositives(
  state: UserState,
  partition: number,
  positives: Readonly<Record<string, number>>,
  at = 0,
): Promise<void> {
  const { counted } = await state.offsets(partition)
  const touched = Object.entries(positives).map(
    ([itemId, count]) =>
      [itemId, { count, sum: 5 * count, positives: count, decayed: [count, count, count], decayedAt: at }] as const,
  )
  await state.count(partition, counted, counted + 1, new Map(touched))
}
