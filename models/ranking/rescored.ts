import type { Bitmap } from './bitmap.ts'
import { finish, type Steps } from './layout.ts'
import { createSelection, type Scored } from './selection.ts'

/** Candidates are asked for by so many at first, or so many times as many as are wanted; then by more and more. */
const LEAST_CANDIDATES = 64
const SPARE = 2
const GROWTH = 4
/** To score everything is no more work than a longer list of candidates. */
const MAX_CANDIDATES = 4096
/** Items to a step, where everything is scored: a millisecond or two. */
const STEP_ITEMS = 8192

/** Scores, and what they are to be multiplied by. */
export interface Rescoring {
  /** Greater than 0, and at most `maxFactor`. */
  factorOf(index: number): number
  readonly maxFactor: number
  /** The k best that are not hidden, by their scores as they are; ties by lower index. */
  search(k: number): Promise<readonly Scored[]>
  /** Scores of all items, in their order. */
  scores(): Float32Array
  readonly hidden: Bitmap
  /** Goes through all items, between other things; at once where left out. */
  readonly inSteps?: (<Result>(steps: Steps<Result>) => Promise<Result>) | undefined
}

/** A score times its factor. Below zero it is divided: a factor above 1 is to raise every item. */
export const rescore = (score: number, factor: number): number => (score < 0 ? score / factor : score * factor)

/**
 * The k items of greatest score × factor that are not hidden, exactly; ties go to the lower index.
 *
 * What a search leaves out scores no more than the last that it found, and so, since `rescore` rises with both its arguments, no
 * more than that score with the greatest factor: when k candidates have more, nothing else can be among them.
 */
export async function topRescored(k: number, rescoring: Rescoring): Promise<Scored[]> {
  const { factorOf, maxFactor, search, inSteps = finish } = rescoring
  if (k <= 0) return []
  let least = -Infinity
  for (let count = Math.max(LEAST_CANDIDATES, SPARE * k); count <= MAX_CANDIDATES; count *= GROWTH) {
    const found = await search(count)
    const selection = createSelection(k)
    for (const { index, score } of found) selection.offer(index, rescore(score, factorOf(index)))
    const { score: last } = found.at(-1) ?? { score: -Infinity }
    if (found.length < count || selection.toBeat > rescore(last, maxFactor)) return selection.ranked()
    least = selection.toBeat
  }
  return inSteps(fromAll(k, rescoring, least))
}

/** @param least  what the k-th item has at least: of those that cannot have as much, nothing is asked */
function* fromAll(k: number, { factorOf, maxFactor, scores, hidden }: Rescoring, least: number): Steps<Scored[]> {
  const selection = createSelection(k)
  const all = scores()
  for (let index = 0; index < all.length; index++) {
    if (index % STEP_ITEMS === 0) yield
    const score = all[index] as number
    const most = rescore(score, maxFactor)
    // Of a score that is not a number neither is true.
    if (!(most >= least && most > selection.toBeat) || hidden.isHidden(index)) continue
    selection.offer(index, rescore(score, factorOf(index)))
  }
  return selection.ranked()
}
