import { type ExplicitHyperParameters, type ExplicitModel, prepareEstimates, trainExplicit } from '../als/explicit.ts'
import type { TrainingOptions } from '../als/train.ts'
import type { Fit, Interactions } from './model.ts'

/** What is chosen; the seed comes with the run. */
export type ExplicitAlsOptions = Omit<ExplicitHyperParameters, 'seed'>

/**
 * Explicit ALS: learns from values of every height, and ranks by the value that it estimates. Estimates lie between the least
 * and the greatest value of the training set; ranking goes by what they are before that cut, which would make ties.
 */
export function fitExplicitAls(options: ExplicitAlsOptions, training: Pick<TrainingOptions, 'crew'> = {}): Fit {
  return ({ rows, starts, items, values, itemCount }, seed) => {
    const ratings = { rows, starts, columns: items, targets: values }
    // Nobody stops it.
    const model = trainExplicit(ratings, itemCount, { ...options, seed }, training) as ExplicitModel
    const estimate = prepareEstimates(model)
    const [least, greatest] = scaleOf(values)
    const scores = ({ items, values }: Interactions, into: Float32Array): void =>
      estimate({ columns: items, targets: values }, into)
    return {
      scores,
      estimates(history, into) {
        scores(history, into)
        for (let i = 0; i < into.length; i++) into[i] = Math.min(greatest, Math.max(least, into[i] as number))
      },
    }
  }
}

/** Infinite on both sides where there is no value. */
function scaleOf(values: Float32Array): [least: number, greatest: number] {
  if (values.length === 0) return [-Infinity, Infinity]
  return [
    values.reduce((least, value) => Math.min(least, value), Infinity),
    values.reduce((greatest, value) => Math.max(greatest, value), -Infinity),
  ]
}
