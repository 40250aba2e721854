import type { Comparison } from '../../models/als/types.ts'
import { counted } from '../counted.ts'
import type { GenerationInfo, Pointer } from './port.ts'

/** Was kept from being activated by what came of its comparison. */
export const isHeldBack = ({ comparison }: Pick<GenerationInfo, 'comparison'>): boolean =>
  comparison?.verdict === 'worse'

/**
 * Why a generation is not served that is newer than the active one, or was held back.
 * @param activeSince  when the active one was made; undefined: nobody knows
 * @returns in words; undefined: it is the active one, or one that was active before it
 */
export function whyNotServed(
  generation: Pick<GenerationInfo, 'id' | 'createdAt' | 'comparison'>,
  { active, pinned }: Pointer,
  activeSince: number | undefined,
): string | undefined {
  if (generation.id === active) return undefined
  const isNewer = activeSince === undefined || generation.createdAt > activeSince
  const reasons: string[] = []
  if (generation.comparison && isHeldBack(generation))
    reasons.push(`held back, not served: ${comparisonInWords(generation.comparison)}`)
  if (isNewer && pinned)
    reasons.push(`pinned, not served: generation ${active} was activated by hand and stays until it is unpinned`)
  else if (isNewer && reasons.length === 0) reasons.push('not served: an older one is live')
  return reasons.length === 0 ? undefined : reasons.join('; ')
}

/** "ndcg@100 0.231 instead of 0.252 of generation X, on 512 held-out pairs of 301 users: 4.1 standard errors worse, 3 tolerated" */
export function comparisonInWords(comparison: Comparison): string {
  const { metric, figure, live, liveFigure, standardError, pairs, users, tolerance, verdict } = comparison
  const figures = `${metric} ${figure.toFixed(3)} instead of ${liveFigure.toFixed(3)} of generation ${live}, on ${counted(pairs, 'held-out pair')} of ${counted(users, 'user')}`
  if (verdict === 'too-few-users') return `${figures}: too few to judge by`
  const errors = Math.abs(figure - liveFigure) / standardError
  const better = figure >= liveFigure ? 'better' : 'worse'
  // Without any error every user's figure differs by the same, which is 0 where both models are alike.
  const many = standardError === 0 ? '' : `${errors.toFixed(1)} standard errors `
  return `${figures}: ${many}${better}, ${tolerance === undefined ? 'whatever it is' : tolerance} tolerated`
}
