import type { TrainingOptions } from '../als/train.ts'
import { fitAls } from './als.ts'
import { fitEase } from './baselines/ease.ts'
import { fitItemKnn } from './baselines/item-knn.ts'
import { fitPopularity } from './baselines/popularity.ts'
import { fitRandom } from './baselines/random.ts'
import type { Fit } from './model.ts'

/** A number that may be set. */
export interface Setting {
  readonly default: number
  readonly min: number
  readonly max?: number
  readonly whole?: true
}

export type Settings = Readonly<Record<string, number>>

/** Threads for those models that can use several. */
export type Resources = Pick<TrainingOptions, 'threads' | 'hire'>

export interface EvaluatedModel {
  readonly settings: Readonly<Record<string, Setting>>
  /** @param settings a number for each of `settings` */
  fit(settings: Settings, resources: Resources): Fit
}

const count = (value: number, max: number): Setting => ({ default: value, min: 1, max, whole: true })

const ALS = {
  factors: count(64, 512),
  epochs: count(16, 1000),
  unobservedWeight: { default: 0.3, min: 0 },
  regularization: { default: 0.01, min: 0 },
  regularizationExponent: { default: 1, min: 0 },
  dislikeWeight: { default: 0, min: 0 },
}

/** Models that can be compared, by name. */
export const MODELS: Readonly<Record<string, EvaluatedModel>> = {
  random: model({}, () => fitRandom),
  popularity: model({}, () => fitPopularity),
  'item-knn': model({ neighbours: count(100, 100_000), shrinkage: { default: 10, min: 0 } }, fitItemKnn),
  // Named apart from the regularization of ALS, whose numbers are of another size.
  ease: model({ l2: { default: 200, min: 0 } }, ({ l2 }) => fitEase({ regularization: l2 })),
  als: model(ALS, fitAls),
}

/** A model whose `fit` gets exactly the numbers that its settings name. */
function model<Name extends string>(
  settings: Readonly<Record<Name, Setting>>,
  fitWith: (settings: Readonly<Record<Name, number>>, resources: Resources) => Fit,
): EvaluatedModel {
  return { settings, fit: (values, resources) => fitWith(values as Readonly<Record<Name, number>>, resources) }
}
