import { NotPositiveDefiniteError } from '../../models/als/reference.ts'
import type { Judgement } from '../../models/evaluation/judge.ts'
import { MODELS, type Settings } from '../../models/evaluation/models.ts'
import type { Trial } from '../../models/evaluation/protocols/protocol.ts'
import type { Crew } from '../../models/linalg/crew.ts'
import { ConfigError, messageOf } from '../errors.ts'
import type { EvaluateOptions } from './options.ts'

/** One model fitted and asked once. */
export interface Run extends Judgement {
  readonly settings: Settings
  /** Of the fits alone. */
  readonly trainSeconds: number
}

/** @throws ConfigError when the model cannot be fitted to this data, or with these settings */
export function measure(
  model: string,
  settings: Settings,
  trial: Trial,
  seed: number,
  { metrics, crew }: Pick<EvaluateOptions, 'metrics'> & { crew: Crew },
): Run {
  const fitModel = MODELS[model]?.fit(settings, { crew })
  if (fitModel === undefined) throw new RangeError(`no model '${model}'`)
  let ms = 0
  const judgement = trial.measure(
    (training, fitSeed) => {
      const start = performance.now()
      try {
        return fitModel(training, fitSeed)
      } catch (error) {
        if (!(error instanceof RangeError || error instanceof NotPositiveDefiniteError)) throw error
        throw new ConfigError(`${model}: ${messageOf(error)}`)
      } finally {
        ms += performance.now() - start
      }
    },
    seed,
    metrics,
  )
  return { ...judgement, settings, trainSeconds: ms / 1000 }
}
