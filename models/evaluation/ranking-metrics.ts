/** Where a user's relevant items stand in a ranking. */
export interface Hits {
  /** Places of the relevant items, ascending, counted from 0; of those that are not ranked, none. */
  readonly places: Int32Array
  /** How many items are relevant, at least 1, ranked or not. */
  readonly relevant: number
}

/** The same in the ranking of all candidates. */
export interface Standing extends Hits {
  readonly candidates: number
}

/** hits / relevant (as in LightGCN, He et al. 2020) */
export const recall = (user: Hits, k: number): number => countHits(user, k) / user.relevant

/** hits / min(K, relevant) (Liang et al. 2018): 1 for the best list of length K */
export const recallMin = (user: Hits, k: number): number => countHits(user, k) / Math.min(k, user.relevant)

/** hits / K */
export const precision = (user: Hits, k: number): number => countHits(user, k) / k

/** 1 with a hit among the first K, else 0 */
export const hitRate = (user: Hits, k: number): number => Math.min(1, countHits(user, k))

/** Binary NDCG@K, log2 discount; the ideal list has min(K, relevant) hits at its top. */
export function ndcg(user: Hits, k: number): number {
  const hits = countHits(user, k)
  let gain = 0
  let ideal = 0
  for (let n = 0; n < hits; n++) gain += discount(user.places[n] as number)
  for (let place = 0; place < Math.min(k, user.relevant); place++) ideal += discount(place)
  return gain / ideal
}

/** Average precision at the hits among the first K, over min(K, relevant). */
export function averagePrecision(user: Hits, k: number): number {
  const hits = countHits(user, k)
  let sum = 0
  for (let n = 0; n < hits; n++) sum += (n + 1) / ((user.places[n] as number) + 1)
  return sum / Math.min(k, user.relevant)
}

/** 1 / (place of the first hit, counted from 1) */
export function reciprocalRank({ places }: Hits): number {
  return places.length === 0 ? 0 : 1 / ((places[0] as number) + 1)
}

/** Share of the pairs (relevant, irrelevant) that are ranked the right way round; pairs of a missed item are not. */
export function auc({ places, relevant, candidates }: Standing): number {
  const irrelevant = candidates - places.length
  let ordered = 0
  // Before places[n] stand n relevant items; the rest of what stands there is irrelevant.
  for (let n = 0; n < places.length; n++) ordered += irrelevant - ((places[n] as number) - n)
  return irrelevant === 0 ? places.length / relevant : ordered / (irrelevant * relevant)
}

/** Relevant items among the first K. */
function countHits({ places }: Hits, k: number): number {
  let count = 0
  while (count < places.length && (places[count] as number) < k) count++
  return count
}

const discount = (place: number): number => 1 / Math.log2(place + 2)
