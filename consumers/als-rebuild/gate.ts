import type { Comparison, PairedFigures } from '../../models/als/types.ts'

/** Of fewer users the standard error itself is a guess. */
const MIN_USERS = 30

export interface Gate {
  /** So many standard errors worse than the live generation are put down to chance; undefined: however many. */
  readonly tolerance: number | undefined
  /** Activate what is worse, too. */
  readonly force: boolean
}

/** Whether a new model may take the live one's place: not if it is worse by more than chance explains. */
export function judge(figures: PairedFigures, { tolerance, force }: Gate): Comparison {
  const { figure, liveFigure, standardError, users } = figures
  const isWorse = tolerance !== undefined && liveFigure - figure > tolerance * standardError
  const judged = (verdict: Comparison['verdict']): Comparison => ({ ...figures, tolerance, verdict })
  if (users < MIN_USERS) return judged('too-few-users')
  if (!isWorse) return judged('sound')
  return judged(force ? 'forced' : 'worse')
}
