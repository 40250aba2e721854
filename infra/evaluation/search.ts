import type { Settings } from '../../models/evaluation/models.ts'
import type { Metric } from '../../models/evaluation/named-metrics.ts'
import { ConfigError } from '../errors.ts'
import type { Run } from './measure.ts'

/**
 * Tries every combination; the first metric chooses, of equals the first. One that cannot be fitted is passed over.
 *
 * @param run measures a combination, on the validation part
 * @throws ConfigError when none of them can be measured
 */
export function search(
  grid: readonly Settings[],
  metric: Metric,
  run: (settings: Settings) => Run,
): { best: Settings; tried: Run[] } {
  const tried: Run[] = []
  let refusal = `--grid: the validation part has nothing to measure ${metric.name} with`
  for (const settings of grid) {
    try {
      tried.push(run(settings))
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      refusal = error.message
    }
  }
  const worth = ({ figures }: Run): number => metric.better * (figures[metric.name] as number)
  const best = tried
    .filter((run) => !Number.isNaN(worth(run)))
    .reduce<Run | undefined>((ahead, run) => (ahead && worth(ahead) >= worth(run) ? ahead : run), undefined)
  if (best === undefined) throw new ConfigError(refusal)
  return { best: best.settings, tried }
}
