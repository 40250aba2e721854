import type { Factors, Observations } from '../als/types.ts'

/** Vectors accumulated at a time: each entry of the sum is loaded and stored once for four products, twice as fast as one by one. */
const PANEL_ROWS = 4

/**
 * VᵀV, summed in double precision.
 *
 * @param factors  V, rows×d
 * @returns        d×d, row after row, both triangles
 */
export function gramian(factors: Factors): Float64Array {
  const { rows, d } = factors
  const sum = new Float64Array(d * d)
  const everyRow = { columns: Int32Array.from({ length: rows }, (_, r) => r) }
  addWeightedGramian(sum, factors, everyRow, 0, rows)
  mirrorUpperTriangle(sum, d)
  return sum
}

/**
 * A += Σ_e w_e v_e v_eᵀ over the observed pairs `from` … `to`−1, on the upper triangle only: the rest follows by symmetry.
 *
 * @param a  d×d, row after row
 */
export function addWeightedGramian(
  a: Float64Array,
  { d, data, width = d }: Factors,
  { columns, weights }: Pick<Observations, 'columns' | 'weights'>,
  from: number,
  to: number,
): void {
  const panel = new Float64Array(PANEL_ROWS * d)
  const panelWeights = new Float64Array(PANEL_ROWS)
  for (let first = from; first < to; first += PANEL_ROWS) {
    // Past the end, weights of zero take what is left in the panel out.
    panelWeights.fill(0)
    for (let e = first; e < Math.min(first + PANEL_ROWS, to); e++) {
      panelWeights[e - first] = weights?.[e] ?? 1
      const start = (columns[e] as number) * width
      for (let k = 0; k < d; k++) panel[(e - first) * d + k] = data[start + k] as number
    }
    addPanel(a, panel, panelWeights, d)
  }
}

function addPanel(a: Float64Array, panel: Float64Array, weights: Float64Array, d: number): void {
  const second = d
  const third = 2 * d
  const fourth = 3 * d
  for (let i = 0; i < d; i++) {
    const x0 = (weights[0] as number) * (panel[i] as number)
    const x1 = (weights[1] as number) * (panel[second + i] as number)
    const x2 = (weights[2] as number) * (panel[third + i] as number)
    const x3 = (weights[3] as number) * (panel[fourth + i] as number)
    const row = i * d
    for (let j = i; j < d; j++) {
      ;(a[row + j] as number) +=
        x0 * (panel[j] as number) +
        x1 * (panel[second + j] as number) +
        x2 * (panel[third + j] as number) +
        x3 * (panel[fourth + j] as number)
    }
  }
}

/** Copies the upper triangle onto the lower one. */
export function mirrorUpperTriangle(a: Float64Array, d: number): void {
  for (let i = 1; i < d; i++) {
    for (let j = 0; j < i; j++) a[i * d + j] = a[j * d + i] as number
  }
}
