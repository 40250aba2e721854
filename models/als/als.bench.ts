import { evaluateHeldOut } from '../evaluation/evaluate.ts'
import { sampleRatings } from '../evaluation/ratings.fixture.ts'
import { gramian } from '../linalg/gramian.ts'
import { medianMs, peakMultiplyAdds } from '../linalg/timing.fixture.ts'
import { halfStep } from './half-step.ts'
import { initialFactors } from './initial-factors.ts'
import { transpose } from './observations.ts'
import { problemBuilder } from './problem.ts'
import { train } from './train.ts'
import type { Factors, ObservationRows } from './types.ts'

const HYPER_PARAMETERS = {
  factors: 64,
  epochs: 16,
  seed: 1,
  positiveFrom: 4,
  dislikeWeight: 0,
  unobservedWeight: 0.3,
  regularization: 0.01,
  regularizationExponent: 1,
}

/**
 * Times the phases of one epoch and a whole training with early stop, on one thread. `ofPeak` compares the multiply-adds of
 * a half-step (nnz·d²/2 to accumulate, d³/6 a row to decompose) with a plain loop that does nothing else.
 */
export async function bench(report: (row: Record<string, string | number>) => void): Promise<void> {
  const d = HYPER_PARAMETERS.factors
  const peak = peakMultiplyAdds(d)
  const ratings = sampleRatings()
  const builder = problemBuilder(HYPER_PARAMETERS)
  const started = performance.now()
  builder.add(ratings)
  const problem = builder.finish()
  report({ work: `problem of ${ratings.name}`, ms: rounded(performance.now() - started), ratings: problem.ratings })

  const timeHalfStep = (work: string, factors: Factors, rows: ObservationRows): Factors => {
    const fixed = { factors, gramian: gramian(factors) }
    let solved = factors
    const ms = medianMs(() => {
      solved = halfStep(fixed, rows, HYPER_PARAMETERS)
    })
    const multiplyAdds = (rows.columns.length * d * d) / 2 + (rows.rows * d ** 3) / 6
    report({ work, ms: rounded(ms), rows: rows.rows, ofPeak: rounded((1000 * multiplyAdds) / ms / peak) })
    return solved
  }
  const { byUser, itemIds, heldOut } = problem
  const users = timeHalfStep('users half-step', initialFactors(itemIds, d, 1), byUser)
  const items = timeHalfStep('items half-step', users, transpose(byUser, itemIds.length))
  const measured = medianMs(() => evaluateHeldOut(users, items, byUser, heldOut))
  report({ work: 'held-out figures', ms: rounded(measured), rows: heldOut.users.length })

  const start = performance.now()
  const training = train(problem, HYPER_PARAMETERS)
  const ms = rounded(performance.now() - start)
  report({ work: `training, d=${d}`, ms, epochs: training?.epochsRun ?? 0, ...training?.metrics })
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
