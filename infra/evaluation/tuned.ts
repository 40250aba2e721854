import type { TrainingSet } from '../../models/evaluation/model.ts'
import { MODELS, type Settings } from '../../models/evaluation/models.ts'
import type { Crew } from '../../models/linalg/crew.ts'
import { ConfigError } from '../errors.ts'
import type { EvaluateOptions } from './options.ts'

/**
 * Lets a model find some of its settings by itself, as the rebuild does with what is `auto`: on the training part alone, within
 * TUNING_BUDGET.
 *
 * @throws ConfigError when the model finds nothing by itself, or TUNING_BUDGET is off
 */
export function tuned(
  model: string,
  settings: Settings,
  search: readonly string[],
  training: TrainingSet,
  seed: number,
  { crew, config }: Pick<EvaluateOptions, 'config'> & { crew: Crew },
  report: (progress: string) => void,
): Settings {
  const budgetMs = config.TUNING_BUDGET
  const tuning = MODELS[model]?.tuning
  if (tuning === undefined || budgetMs === undefined)
    throw new ConfigError('--tune: expected TUNING_BUDGET to be a duration such as 60s, not off')
  let runs = 0
  const found = tuning.tune(
    training,
    seed,
    settings,
    {
      search,
      budgetMs,
      now: () => performance.now(),
      onRun: ({ soFar, secondsLeft }) => {
        const { regularization, unobservedWeight, metric, figure, pairs } = soFar
        runs = soFar.runs
        report(
          `run ${runs} of the search, ${secondsLeft.toFixed(0)} s left, best so far: regularization ${regularization}, ` +
            `unobservedWeight ${unobservedWeight}, ${metric} ${figure.toFixed(4)} on ${pairs} held-out pairs`,
        )
      },
    },
    { crew },
  )
  if (runs === 0) report('too little to search with, in ratings or in time: the values given stand')
  return found
}
