import type { Standing } from './ranking-metrics.ts'

/**
 * Ranks the candidates by score, the greatest first, ties by item order, and says where the relevant ones stand: one pass over
 * the scores without sorting them.
 *
 * @param scores       of every item
 * @param isCandidate  1 for the items that are ranked
 * @param relevant     candidates
 * @param missed       how many items are relevant beside these, but cannot be ranked
 * @throws RangeError when a candidate's score is not a number
 */
export function standingOf(
  scores: Float32Array,
  isCandidate: Uint8Array,
  relevant: Int32Array,
  missed: number,
): Standing {
  const best = relevant.slice().sort((x, y) => (scores[y] as number) - (scores[x] as number) || x - y)
  const limits = Float32Array.from(best, (item) => scores[item] as number)
  // beaten[n]: how many candidates stand before best[n], and not before best[n − 1].
  const beaten = new Int32Array(best.length + 1)
  let candidates = 0
  for (let item = 0; item < scores.length; item++) {
    if (isCandidate[item] === 0) continue
    const score = scores[item] as number
    if (Number.isNaN(score)) throw new RangeError(`The score of item ${item} is not a number.`)
    candidates++
    let [from, to] = [0, best.length]
    while (from < to) {
      const middle = (from + to) >> 1
      const limit = limits[middle] as number
      if (score > limit || (score === limit && item < (best[middle] as number))) to = middle
      else from = middle + 1
    }
    ;(beaten[from] as number)++
  }
  let before = 0
  const places = best.map((_, n) => (before += beaten[n] as number))
  return { places, relevant: relevant.length + missed, candidates }
}
