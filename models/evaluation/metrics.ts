/** Share of the relevant items that stand among the first K: hits / relevant (as in LightGCN, He et al. 2020). */
export function recall(ranking: readonly number[], relevant: ReadonlySet<number>, k: number): number {
  return ranking.slice(0, k).filter((item) => relevant.has(item)).length / relevant.size
}

/** Binary NDCG@K, log2 discount; the ideal list has min(K, relevant) hits at its top. */
export function ndcg(ranking: readonly number[], relevant: ReadonlySet<number>, k: number): number {
  let gain = 0
  let ideal = 0
  for (let place = 0; place < k; place++) {
    const discounted = 1 / Math.log2(place + 2)
    if (place < relevant.size) ideal += discounted
    const item = ranking[place]
    if (item !== undefined && relevant.has(item)) gain += discounted
  }
  return gain / ideal
}
