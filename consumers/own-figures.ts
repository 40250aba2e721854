import { within } from '../infra/deadline.ts'
import { lagOf } from '../infra/event-log/lag.ts'
import type { EventLog } from '../infra/event-log/port.ts'
import { cumulativeOf, quantileOf, since, totalOf } from '../infra/histogram.ts'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import type { Generation } from '../models/als/types.ts'
import type { Measurement } from '../models/events/types.ts'
import { measurementRecord } from './measurement-record.ts'

const EVERY_MS = 60_000
/** A process that ends does not wait for a log that does not answer. */
const LAST_MS = 2_000
const SHARES = { p50: 0.5, p99: 0.99 }

/**
 * Puts onto topic `measurements`, once a minute, how soon ratings were in the user state and how far consumers are behind: /metrics has it
 * of this process and of now, ClickHouse keeps it. A minute in which nothing came in and nothing is left behind is not told.
 * @param groups  consumer groups of `ratings` whose lag is told, by the names they are told by
 */
export function tellOwnFigures({
  log,
  generation,
  metrics,
  logger,
  groups,
  everyMs = EVERY_MS,
}: {
  readonly log: Pick<EventLog, 'append' | 'ends' | 'committed'>
  readonly generation: () => Pick<Generation, 'id'> | undefined
  readonly metrics: Pick<Metrics, 'freshnessSeconds'>
  readonly logger: Logger
  readonly groups: Readonly<Record<string, string>>
  readonly everyMs?: number
}): { close(): Promise<void> } {
  let before: Awaited<ReturnType<typeof cumulativeOf>> | undefined
  let telling: Promise<void> = Promise.resolve()

  async function tell(): Promise<void> {
    const now = await cumulativeOf(metrics.freshnessSeconds)
    const lately = since(now, before)
    before = now
    const lags = await Promise.all(
      Object.entries(groups).map(async ([name, group]) => {
        const byPartition = await lagOf(log, group, 'ratings')
        return { name, lag: byPartition.reduce((sum, lag) => sum + lag, 0) }
      }),
    )
    // Each row makes the views be filled anew.
    if (totalOf(lately) === 0 && lags.every(({ lag }) => lag === 0)) return
    const figures: Pick<Measurement, 'metric' | 'variant' | 'value' | 'weight'>[] = []
    for (const [variant, share] of Object.entries(SHARES)) {
      const value = quantileOf(lately, share)
      if (value !== undefined) figures.push({ metric: 'freshness-seconds', variant, value, weight: totalOf(lately) })
    }
    for (const { name, lag } of lags) figures.push({ metric: 'lag-records', variant: name, value: lag, weight: 1 })
    const common = { type: 'measurement', generation: generation()?.id ?? 'none', occurredAt: Date.now() } as const
    await log.append(
      'measurements',
      figures.map((figure) => measurementRecord({ ...common, ...figure })),
    )
  }

  const tellOnce = (): Promise<void> =>
    tell().catch((error: unknown) => logger.debug({ err: error }, 'freshness and lag could not be put on the log'))
  const timer = setInterval(() => {
    telling = telling.then(tellOnce)
  }, everyMs).unref()

  return {
    /** What the last minute brought is told. */
    async close() {
      clearInterval(timer)
      await within(LAST_MS, telling.then(tellOnce)).catch((error: unknown) =>
        logger.debug({ err: error }, 'freshness and lag are not told'),
      )
    },
  }
}
