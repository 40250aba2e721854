/** Median time of one call in ms, over at least `budgetMs` of calls and never fewer than five; the first calls only warm up. */
export function medianMs(work: () => void, budgetMs = 500): number {
  const times: number[] = []
  for (const warmUpEnd = performance.now() + budgetMs / 5; performance.now() < warmUpEnd; ) work()
  for (let spent = 0; spent < budgetMs || times.length < 5; spent += times.at(-1) as number) {
    const start = performance.now()
    work()
    times.push(performance.now() - start)
  }
  return times.sort((x, y) => x - y)[times.length >> 1] as number
}

/** Multiply-adds per second of the plain rank-one update on a matrix that stays in the cache: what accumulation is bound by. */
export function peakMultiplyAdds(
  update: (a: Float64Array, v: Float64Array, weight: number) => void,
  d: number,
): number {
  const [a, v, calls] = [new Float64Array(d * d), new Float64Array(d).fill(1), 100]
  const ms = medianMs(() => {
    for (let n = 0; n < calls; n++) update(a, v, 1)
  })
  return (1000 * calls * d * (d + 1)) / 2 / ms
}
