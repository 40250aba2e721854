import type { Bitmap } from './bitmap.ts'
import { createSelection, type Scored } from './selection.ts'

/** So many times as many as are wanted are looked at first. */
const SPARE = 4
const LEAST_LOOKED_AT = 64

export interface Rescored {
  /** The k items of greatest score that are not hidden, best first. */
  search(k: number): Promise<readonly Scored[]>
  /** Scores of all items, in their order. */
  scores(): Float32Array
  readonly hidden: Bitmap
  /** What a score is multiplied by, more than 0; one below zero is divided by it, so that a greater factor always raises. */
  factorOf(index: number): number
  /** No factor is greater. */
  readonly maxFactor: number
}

/**
 * The k items of greatest score once each is multiplied by a factor of its own, exactly; ties by index. Looks at the best by plain
 * score first: what is not among them comes to no more than the last of them with the greatest factor. Where that does not
 * settle it, every item is scored.
 */
export async function topRescored(k: number, rescored: Rescored): Promise<Scored[]> {
  if (k <= 0) return []
  const { factorOf, maxFactor } = rescored
  const looked = Math.max(SPARE * k, LEAST_LOOKED_AT)
  const candidates = await rescored.search(looked)
  const best = candidates
    .map(({ index, score }) => ({ index, score: multiplied(score, factorOf(index)) }))
    .sort((x, y) => y.score - x.score || x.index - y.index)
    .slice(0, k)
  if (candidates.length < looked) return best
  const atMost = multiplied(candidates.at(-1)?.score ?? 0, maxFactor)
  // An item that comes to the same may have a lower index.
  if ((best.at(-1)?.score as number) > atMost) return best
  return topOfAll(k, rescored)
}

function topOfAll(k: number, { scores, hidden, factorOf }: Rescored): Scored[] {
  const selection = createSelection(k)
  scores().forEach((score, index) => {
    if (hidden.isHidden(index)) return
    const rescored = multiplied(score, factorOf(index))
    if (rescored > selection.toBeat) selection.offer(index, rescored)
  })
  return selection.ranked()
}

const multiplied = (score: number, factor: number): number => (score < 0 ? score / factor : score * factor)
