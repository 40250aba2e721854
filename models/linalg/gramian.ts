import type { Factors } from '../als/types.ts'

/**
 * VᵀV, summed in double precision: Σ_r v_r v_rᵀ.
 *
 * @param factors  V, rows×d
 * @returns        d×d, row after row, both triangles
 */
export function gramian({ rows, d, data }: Factors): Float64Array {
  const sum = new Float64Array(d * d)
  const v = new Float64Array(d)
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < d; i++) v[i] = data[r * d + i] as number
    addOuterProduct(sum, v, 1)
  }
  mirrorUpperTriangle(sum, d)
  return sum
}

/** A += w v vᵀ, on the upper triangle only: the rest follows by symmetry. */
export function addOuterProduct(a: Float64Array, v: Float64Array, weight: number): void {
  const d = v.length
  for (let i = 0; i < d; i++) {
    const wv = weight * (v[i] as number)
    const row = i * d
    for (let j = i; j < d; j++) (a[row + j] as number) += wv * (v[j] as number)
  }
}

/** Copies the upper triangle onto the lower one. */
export function mirrorUpperTriangle(a: Float64Array, d: number): void {
  for (let i = 1; i < d; i++) {
    for (let j = 0; j < i; j++) a[i * d + j] = a[j * d + i] as number
  }
}
