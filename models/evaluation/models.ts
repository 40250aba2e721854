import type { TrainingOptions } from '../als/train.ts'
import type { TuningOptions } from '../als/tune.ts'
import type { Tuned } from '../als/types.ts'
import { type AlsOptions, fitAls, tuneAls } from './als.ts'
import { fitExplicitAls } from './als-explicit.ts'
import { fitEase } from './baselines/ease.ts'
import { fitItemKnn } from './baselines/item-knn.ts'
import { fitPopularity } from './baselines/popularity.ts'
import { fitRandom } from './baselines/random.ts'
import type { Fit, TrainingSet } from './model.ts'

/** A number that may be set. */
export interface Setting {
  readonly default: number
  readonly min: number
  readonly max?: number
  readonly whole?: true
}

export type Settings = Readonly<Record<string, number>>

/** Threads for those models that can use several. */
export type Resources = Pick<TrainingOptions, 'crew'>

/** How long a search may take. */
export type Search = Pick<TuningOptions, 'budgetMs' | 'now' | 'onRun'>

export interface EvaluatedModel {
  readonly settings: Readonly<Record<string, Setting>>
  /** @param settings a number for each of `settings` */
  fit(settings: Settings, resources: Resources): Fit
  /** Finds settings by itself, on the training set alone; absent: there is nothing to find. */
  readonly tuning?: {
    readonly finds: readonly string[]
    /** @param search some of what it finds; the rest stays as `settings` say */
    tune(
      training: TrainingSet,
      seed: number,
      settings: Settings,
      search: Search & { readonly search: readonly string[] },
      resources: Resources,
    ): Settings
  }
}

const count = (value: number, max: number): Setting => ({ default: value, min: 1, max, whole: true })

/** Of ALS, whichever its loss. */
const FACTORS = {
  factors: count(64, 768),
  epochs: count(16, 1000),
  regularizationExponent: { default: 1, min: 0 },
}
const ALS = {
  ...FACTORS,
  unobservedWeight: { default: 0.3, min: 0 },
  regularization: { default: 0.01, min: 0 },
  dislikeWeight: { default: 0, min: 0 },
  topWeight: { default: 1, min: 0 },
  activityExponent: { default: 0, min: 0 },
}
const EXPLICIT = { ...FACTORS, regularization: { default: 0.1, min: 0 }, damping: { default: 5, min: 0 } }
const TUNED: readonly Tuned[] = ['regularization', 'unobservedWeight']

/** Models that can be compared, by name. */
export const MODELS: Readonly<Record<string, EvaluatedModel>> = {
  random: model({}, () => fitRandom),
  popularity: model({}, () => fitPopularity),
  'item-knn': model({ neighbours: count(100, 100_000), shrinkage: { default: 10, min: 0 } }, fitItemKnn),
  // Named apart from the regularization of ALS, whose numbers are of another size.
  ease: model({ l2: { default: 200, min: 0 } }, ({ l2 }) => fitEase({ regularization: l2 })),
  als: {
    ...model(ALS, fitAls),
    tuning: {
      finds: TUNED,
      tune: (training, seed, settings, search, resources) => {
        const searched = TUNED.filter((name) => search.search.includes(name))
        const found = tuneAls(
          training,
          seed,
          settings as unknown as AlsOptions,
          { ...search, search: searched },
          resources,
        )
        return Object.fromEntries(searched.map((name) => [name, found[name]]))
      },
    },
  },
  'als-explicit': model(EXPLICIT, fitExplicitAls),
}

/** A model whose `fit` gets exactly the numbers that its settings name. */
function model<Name extends string>(
  settings: Readonly<Record<Name, Setting>>,
  fitWith: (settings: Readonly<Record<Name, number>>, resources: Resources) => Fit,
): EvaluatedModel {
  return { settings, fit: (values, resources) => fitWith(values as Readonly<Record<Name, number>>, resources) }
}
