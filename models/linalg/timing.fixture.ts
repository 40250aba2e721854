import { addWeightedGramian } from './gramian.ts'

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

/** Multiply-adds per second of accumulating one row again and again, which stays in the cache: what a half-step is bound by. */
export function peakMultiplyAdds(d: number): number {
  const [a, pairs] = [new Float64Array(d * d), 100]
  const row = { rows: 1, d, data: new Float32Array(d).fill(1) }
  const observations = { columns: new Int32Array(pairs), weights: new Float32Array(pairs).fill(1) }
  const ms = medianMs(() => addWeightedGramian(a, row, observations, 0, pairs))
  return (1000 * pairs * d * (d + 1)) / 2 / ms
}
