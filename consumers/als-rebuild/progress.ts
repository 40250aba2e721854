import type { Epoch } from '../../models/als/train.ts'
import type { TuningProgress } from '../../models/als/tune.ts'
import type { Tuning } from '../../models/als/types.ts'

/** "epoch 7/16, at most 3.1 s of training left, held-out ndcg@10 0.142": as slow as so far, and it ends sooner where no epoch helps any more. */
export function epochInWords({ epoch, epochs, metrics }: Epoch, secondsSoFar: number): string {
  const left = (secondsSoFar / epoch) * (epochs - epoch)
  const figure = metrics['ndcg@10']
  const words = [
    `epoch ${epoch}/${epochs}`,
    left > 0 ? `at most ${left < 10 ? left.toFixed(1) : Math.round(left)} s of training left` : '',
    figure === undefined ? '' : `held-out ndcg@10 ${figure.toFixed(3)}`,
  ]
  return words.filter(Boolean).join(', ')
}

/** "search 7, 41 s left, best ndcg@100 0.231 on the pairs of the search, …". It ends sooner when no neighbour is better. */
export function searchInWords({ soFar, secondsLeft }: TuningProgress): string {
  return `search ${soFar.runs}, ${Math.round(secondsLeft)} s left, best ${foundInWords(soFar)}`
}

/** A search holds out more than a model does, and trains on less: its figures are beside each other, not beside those of models. */
export function foundInWords({ metric, figure, regularization, unobservedWeight }: Tuning): string {
  return `${metric} ${figure.toFixed(3)} on the pairs of the search, with regularization λ ${regularization} and weight α0 ${unobservedWeight} of what is not rated`
}
