/**
 * The score u·v: f32 multiply, then f32 add, over dimensions 0 … d−1 in this order, without fused multiply-add.
 * This is the definition of a score: whatever computes one another way must come to the same bits.
 *
 * @param data  holds v from `offset` on
 */
export function dot(u: Float32Array, data: Float32Array, offset: number): number {
  let sum = 0
  for (let k = 0; k < u.length; k++) {
    sum = Math.fround(sum + Math.fround((u[k] as number) * (data[offset + k] as number)))
  }
  return sum
}

/** u·v in double precision: not a score, but a length, a likeness, or a part of what a score is said to be the sum of. */
export function preciseDot(u: Float32Array, v: Float32Array): number {
  let sum = 0
  for (let k = 0; k < u.length; k++) sum += (u[k] as number) * (v[k] as number)
  return sum
}

/**
 * Scores of `count` rows of `data` (rows×d) from row `from` on, into `scores`. Four rows at a time: a single sum waits for
 * its own rounding at every step, four sums overlap their waits.
 */
export function dotRows(u: Float32Array, data: Float32Array, from: number, count: number, scores: Float32Array): void {
  const d = u.length
  let n = 0
  for (; n + 4 <= count; n += 4) {
    let s0 = 0
    let s1 = 0
    let s2 = 0
    let s3 = 0
    let at = (from + n) * d
    for (let k = 0; k < d; k++, at++) {
      const x = u[k] as number
      s0 = Math.fround(s0 + Math.fround(x * (data[at] as number)))
      s1 = Math.fround(s1 + Math.fround(x * (data[at + d] as number)))
      s2 = Math.fround(s2 + Math.fround(x * (data[at + 2 * d] as number)))
      s3 = Math.fround(s3 + Math.fround(x * (data[at + 3 * d] as number)))
    }
    scores[n] = s0
    scores[n + 1] = s1
    scores[n + 2] = s2
    scores[n + 3] = s3
  }
  for (; n < count; n++) scores[n] = dot(u, data, (from + n) * d)
}
