import { Session } from 'chdb'
import { vi } from 'vitest'
import { openEmbeddedLog } from '../../infra/event-log/embedded.ts'
import type { LedgerReport } from '../../infra/ledger-report.ts'
import { silent } from '../../infra/logging.ts'
import { createMetrics } from '../../infra/metrics.ts'
import { openEmbeddedRatingStore } from '../../infra/rating-store/clickhouse.ts'
import { openEmbeddedUserState } from '../../infra/user-state/embedded.ts'
import type { Generation } from '../../models/als/types.ts'
import { clickhouseSink, SINK_GROUP } from '../clickhouse-sink.ts'
import { consume } from '../consume.ts'
import { newFolder, STARS } from '../events.fixture.ts'
import { foldInUpdater } from '../fold-in-updater.ts'
import { checkLedger } from './ledger.ts'

const MAX_HISTORY = 20

/** A log and its stores, and the two consumers between them. */
export async function openWorld(generation: Generation) {
  const folder = await newFolder()
  const log = await openEmbeddedLog(`${folder}/log`, STARS)
  const state = await openEmbeddedUserState(`${folder}/state`)
  const ratings = await openEmbeddedRatingStore(`${folder}/clickhouse`)
  const session = new Session(`${folder}/clickhouse`)
  await session.queryAsync('USE foldstream')
  const metrics = createMetrics()
  const updater = foldInUpdater({ log, state, generation: () => generation, maxHistory: MAX_HISTORY, metrics })
  const sink = { ...clickhouseSink(log, ratings, metrics), maxAgeMs: 10 }
  const models = { load: async () => generation } as never

  return {
    log,
    state,
    ratings,
    sql: async (statement: string): Promise<void> => void (await session.queryAsync(statement)),

    /** Everything that is on the log has its effect, or has it on one of the stores. */
    async settle(consumers: readonly ('updater' | 'sink')[] = ['updater', 'sink']): Promise<void> {
      const tools = { logger: silent, metrics }
      const running = []
      if (consumers.includes('updater')) running.push(await consume(log, updater, tools))
      if (consumers.includes('sink')) running.push(await consume(log, sink, tools))
      const ends = await log.ends('ratings')
      await vi.waitFor(async () => {
        const sunk = await log.committed('ratings', SINK_GROUP)
        if (consumers.includes('sink') && ends.some((end, partition) => (sunk[partition] ?? 0) !== end))
          throw new Error()
        for (const [partition, end] of ends.entries())
          if (consumers.includes('updater') && (await state.offsets(partition)).applied !== end - 1) throw new Error()
      }, 20_000)
      for (const each of running) await each.close()
    },

    check: (): Promise<LedgerReport> => checkLedger({ log, state, ratings, models, maxHistory: MAX_HISTORY }),

    async close(): Promise<void> {
      session.close()
      for (const store of [ratings, state, log]) await store.close()
    },
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>
