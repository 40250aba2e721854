import { setImmediate as yieldToRequests } from 'node:timers/promises'
import type { Logger } from '../../infra/logging.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { Offset } from '../../models/events/types.ts'
import { mergePartitions, popularItems } from '../../models/ranking/popular.ts'
import type { ItemStatistics } from '../../models/ranking/types.ts'
import type { Ranked } from './engine.ts'

const MIN_INTERVAL_MS = 1_000
/** A refresh may take this share of the time at most, so that it stays out of the way of requests. */
const MAX_SHARE = 0.05
/** A list that nobody asked for in a while is made anew before it is answered. */
const MAX_AGE_MS = 10_000

/**
 * All items that were rated, most popular first, summed over the partitions of the log. The list is made anew in the background
 * while it is asked for, from those partitions only whose statistics moved.
 */
export function createPopularity(state: UserState, partitions: number, logger: Logger) {
  const counted: Offset[] = new Array(partitions).fill(-1)
  const statistics: ReadonlyMap<string, ItemStatistics>[] = new Array(partitions).fill(new Map())
  let ranking: readonly Ranked[] | undefined
  let refreshing: Promise<void> | undefined
  let madeAt = Number.NEGATIVE_INFINITY
  let notBefore = 0

  async function refresh(): Promise<void> {
    let moved = ranking === undefined
    for (let partition = 0; partition < partitions; partition++) {
      const offset = (await state.offsets(partition)).counted
      if (offset === counted[partition]) continue
      statistics[partition] = await state.statistics(partition)
      counted[partition] = offset
      moved = true
      await yieldToRequests()
    }
    if (!moved) return
    let merged = new Map<string, ItemStatistics>()
    for (const partition of statistics) {
      merged = mergePartitions([merged, partition])
      await yieldToRequests()
    }
    ranking = popularItems(merged).map((itemId) => ({ itemId, score: merged.get(itemId)?.positives ?? 0 }))
  }

  function start(): Promise<void> {
    const startedAt = performance.now()
    refreshing ??= refresh()
      .then(() => {
        madeAt = performance.now()
      })
      .catch((error: unknown) => logger.warn({ err: error }, 'the popular items stay as they were'))
      .finally(() => {
        const tookMs = performance.now() - startedAt
        notBefore = performance.now() + Math.max(MIN_INTERVAL_MS, tookMs / MAX_SHARE)
        refreshing = undefined
      })
    return refreshing
  }

  return {
    /** @returns undefined: never read, and the user state does not answer now */
    async ranking(): Promise<readonly Ranked[] | undefined> {
      const now = performance.now()
      if (now >= notBefore) {
        const refreshed = start()
        if (now - madeAt > MAX_AGE_MS) await refreshed
      }
      return ranking
    },
  }
}
