import type { Measurement } from '../../models/events/types.ts'
import { groups, type Rows, sum } from './known.fixture.ts'

export const GRAINS_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** What the system measured of itself, by minutes, hours or days: ratings that count, and consumers that are behind. */
export function recomputeOperation(
  measured: readonly Measurement[],
  grain: keyof typeof GRAINS_MS,
): { freshness: Rows; lag: Rows } {
  const of = (metric: string) => measured.filter((one) => one.metric === metric)
  const timesOf = (all: readonly Measurement[]) =>
    groups(all, ({ occurredAt: at }) => String(at - (at % GRAINS_MS[grain])))
      .map(([[start], theirs]) => [Number(start), theirs] as const)
      .sort(([x], [y]) => x - y)
      .map(([start, theirs]) => ({
        time: `${new Date(start).toISOString().slice(0, 19)}Z`,
        by: (variant: string) => theirs.filter((one) => one.variant === variant),
      }))
  const greatest = (all: readonly Measurement[]) =>
    all.length === 0 ? null : Math.max(...all.map(({ value }) => value))
  return {
    freshness: timesOf(of('freshness-seconds')).map(({ time, by }) => {
      const batches = sum(by('p50'), ({ weight }) => weight)
      const typical = sum(by('p50'), ({ value, weight }) => value * weight) / batches
      return { time, grain, typical, p99: greatest(by('p99')), batches }
    }),
    lag: timesOf(of('lag-records')).map(({ time, by }) => ({
      ...{ time, grain, updater: greatest(by('updater')), sink: greatest(by('sink')) },
    })),
  }
}
