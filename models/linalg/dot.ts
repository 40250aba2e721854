/**
 * The score u·v: f32 multiply, then f32 add, over dimensions 0 … d−1 in this order, without fused multiply-add.
 * This is the definition of a score: whatever computes one another way must come to the same bits.
 *
 * @param v   holds the second vector from `offset` on
 */
export function dot(u: Float32Array, v: Float32Array, offset: number): number {
  let sum = 0
  for (let k = 0; k < u.length; k++) {
    sum = Math.fround(sum + Math.fround((u[k] as number) * (v[offset + k] as number)))
  }
  return sum
}
