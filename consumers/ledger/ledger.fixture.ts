import { Session } from 'chdb'
import { vi } from 'vitest'
import { openEmbeddedLog } from '../../infra/event-log/embedded.ts'
import type { LedgerReport } from '../../infra/ledger-report.ts'
import { silent } from '../../infra/logging.ts'
import { createMetrics } from '../../infra/metrics.ts'
import { openEmbeddedRatingStore } from '../../infra/rating-store/clickhouse.ts'
import { openEmbeddedUserState } from '../../infra/user-state/embedded.ts'
import type { Generation } from '../../models/als/types.ts'
import type { RatingEvent, UserErased } from '../../models/events/types.ts'
import { seededRandom } from '../../models/linalg/random.ts'
import { clickhouseSink, SINK_GROUP } from '../clickhouse-sink.ts'
import { consume } from '../consume.ts'
import { erased, eventId, newFolder, rated, STARS } from '../events.fixture.ts'
import { foldInUpdater } from '../fold-in-updater.ts'
import { checkLedger, type Ledger } from './ledger.ts'

export const MAX_HISTORY = 20

export const ITEMS = Array.from({ length: 40 }, (_, n) => `item-${n}`)
export const USERS = Array.from({ length: 30 }, (_, n) => `user ${n}’s “🎬”`)

/** Ratings, some of them repeated, late, withdrawn or more than a history holds, and a few erasures between them. */
export function anyEvents(count: number, seed = 1): (RatingEvent | UserErased)[] {
  const random = seededRandom(seed)
  const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
  return Array.from({ length: count }, () => {
    const userId = oneOf(USERS)
    if (random() < 0.01) return erased(userId)
    const value = random() < 0.1 ? null : 0.5 + Math.floor(random() * 10) / 2
    const isRepeated = random() < 0.2
    const itemId = oneOf(ITEMS)
    const id = isRepeated ? eventId(USERS.indexOf(userId) * 100 + ITEMS.indexOf(itemId)) : crypto.randomUUID()
    return rated(userId, itemId, value, { eventId: id, occurredAt: Date.UTC(2026, 0, 1) + Math.floor(random() * 1e6) })
  })
}

/** A log and its stores, and the two consumers between them. */
export async function openWorld(generation: Generation) {
  const folder = await newFolder()
  const log = await openEmbeddedLog(`${folder}/log`, STARS)
  const state = await openEmbeddedUserState(`${folder}/state`)
  const ratings = await openEmbeddedRatingStore(`${folder}/clickhouse`)
  const session = new Session(`${folder}/clickhouse`)
  await session.queryAsync('USE foldstream')
  const metrics = createMetrics()
  const tools = { logger: silent, metrics }
  const updater = foldInUpdater({ log, state, generation: () => generation, maxHistory: MAX_HISTORY, ...tools })
  const sink = { ...clickhouseSink(log, ratings, tools), maxAgeMs: 10 }
  const models = { load: async () => generation } as never

  return {
    log,
    state,
    ratings,
    sql: async (statement: string): Promise<void> => void (await session.queryAsync(statement)),

    /** Everything that is on the log has its effect, or has it on one of the stores. */
    async settle(
      consumers: readonly ('updater' | 'sink')[] = ['updater', 'sink'],
      { patienceMs = 20_000 } = {},
    ): Promise<void> {
      const running = []
      if (consumers.includes('updater')) running.push(await consume(log, updater, tools))
      if (consumers.includes('sink')) running.push(await consume(log, sink, tools))
      const ends = await log.ends('ratings')
      await vi.waitFor(async () => {
        for (const topic of consumers.includes('sink') ? (['ratings', 'items'] as const) : []) {
          const sunk = await log.committed(topic, SINK_GROUP)
          if ((await log.ends(topic)).some((end, partition) => (sunk[partition] ?? 0) !== end)) throw new Error()
        }
        for (const [partition, end] of ends.entries())
          if (consumers.includes('updater') && (await state.offsets(partition)).applied !== end - 1) throw new Error()
      }, patienceMs)
      for (const each of running) await each.close()
    },

    /** @param stores  in place of the world's own */
    check: (stores: Partial<Pick<Ledger, 'state' | 'ratings'>> = {}): Promise<LedgerReport> =>
      checkLedger({ log, state, ratings, models, maxHistory: MAX_HISTORY, ...stores }),

    async close(): Promise<void> {
      session.close()
      for (const store of [ratings, state, log]) await store.close()
    },
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>
