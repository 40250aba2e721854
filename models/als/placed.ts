import type { Address, Placed, Workspace } from '../linalg/workspace.ts'
import { transpose } from './observations.ts'
import type { Factors, ObservationRows } from './types.ts'

/** Columns of a row are stored in eights, the width of a register tile. */
const TILE = 8

/** Factors where the kernels find them: row r is data[r·width … r·width+d−1], and zeros up to the next row. */
export interface PlacedFactors extends Factors {
  /** d, rounded up to a multiple of 8 */
  readonly width: number
  readonly at: Address
}

/** Observed pairs where the kernels find them. */
export interface PlacedRows extends ObservationRows {
  /** Addresses of the arrays; 0: left out, all 1. */
  readonly at: {
    readonly starts: Address
    readonly columns: Address
    readonly weights: Address
    readonly targets: Address
    readonly order: Address
  }
}

export const widthOf = (d: number): number => Math.ceil(d / TILE) * TILE

/** Room for factors, all zeros. */
export function placeZeros(workspace: Workspace, rows: number, d: number): PlacedFactors {
  const width = widthOf(d)
  return { rows, d, width, ...workspace.floats(rows * width) }
}

/** A copy of factors among the kernels. */
export function placeFactors(workspace: Workspace, factors: Factors): PlacedFactors {
  const placed = placeZeros(workspace, factors.rows, factors.d)
  copyInto(placed, factors)
  return placed
}

/** Overwrites placed factors with others of the same shape. */
export function copyInto(placed: PlacedFactors, { rows, d, data }: Factors): void {
  for (let r = 0; r < rows; r++) placed.data.set(data.subarray(r * d, (r + 1) * d), r * placed.width)
}

/** A copy without padding, outside the memory of the kernels. */
export function takeOut({ rows, d, width, data }: PlacedFactors): Factors {
  if (width === d) return { rows, d, data: Float32Array.from(data) }
  const out = new Float32Array(rows * d)
  for (let r = 0; r < rows; r++) out.set(data.subarray(r * width, r * width + d), r * d)
  return { rows, d, data: out }
}

/** Copies of some rows, in the order they are named. */
export function takeRows({ d, width = d, data }: Factors, rows: Int32Array): Factors {
  const out = new Float32Array(rows.length * d)
  rows.forEach((row, n) => void out.set(data.subarray(row * width, row * width + d), n * d))
  return { rows: rows.length, d, data: out }
}

/** A copy of observed pairs among the kernels. */
export function placeRows(workspace: Workspace, rows: ObservationRows): PlacedRows {
  const copy = (array: Int32Array | Float32Array): Placed<Int32Array | Float32Array> => {
    const placed = array instanceof Int32Array ? workspace.integers(array.length) : workspace.floats(array.length)
    placed.data.set(array)
    return placed
  }
  const [starts, columns] = [copy(rows.starts), copy(rows.columns)] as Placed<Int32Array>[]
  const [weights, targets] = [rows.weights, rows.targets].map((array) => array && copy(array))
  return placed(workspace, rows.rows, { starts, columns, weights, targets } as Parts)
}

/** The same pairs by column, made where the kernels find them. */
export function placeTransposed(workspace: Workspace, rows: ObservationRows, columnCount: number): PlacedRows {
  const made = new Map<Int32Array | Float32Array, Address>()
  const note = <T extends Int32Array | Float32Array>({ at, data }: Placed<T>): T => {
    made.set(data, at)
    return data
  }
  const transposed = transpose(rows, columnCount, {
    integers: (length) => note(workspace.integers(length)),
    floats: (length) => note(workspace.floats(length)),
  })
  const part = (data: Int32Array | Float32Array | undefined) => data && { at: made.get(data) as Address, data }
  const { starts, columns, weights, targets } = transposed
  return placed(workspace, columnCount, {
    starts: part(starts),
    columns: part(columns),
    weights: part(weights),
    targets: part(targets),
  } as Parts)
}

interface Parts {
  readonly starts: Placed<Int32Array>
  readonly columns: Placed<Int32Array>
  readonly weights: Placed<Float32Array> | undefined
  readonly targets: Placed<Float32Array> | undefined
}

function placed(workspace: Workspace, rows: number, { starts, columns, weights, targets }: Parts): PlacedRows {
  return {
    rows,
    starts: starts.data,
    columns: columns.data,
    weights: weights?.data,
    targets: targets?.data,
    at: {
      starts: starts.at,
      columns: columns.at,
      weights: weights?.at ?? 0,
      targets: targets?.at ?? 0,
      order: longestFirst(workspace, rows, starts.data),
    },
  }
}

/** Row numbers by length, descending, ties by number: a counting sort. */
function longestFirst(workspace: Workspace, rows: number, starts: Int32Array): Address {
  const lengthOf = (r: number): number => (starts[r + 1] as number) - (starts[r] as number)
  let longest = 0
  for (let r = 0; r < rows; r++) longest = Math.max(longest, lengthOf(r))
  // place[l] is where rows of length l begin; rows of `longest` begin at 0.
  const place = new Int32Array(longest + 2)
  for (let r = 0; r < rows; r++) (place[lengthOf(r)] as number)++
  for (let length = longest, before = 0; length >= 0; length--) {
    const count = place[length] as number
    place[length] = before
    before += count
  }
  const order = workspace.integers(rows)
  for (let r = 0; r < rows; r++) {
    const length = lengthOf(r)
    order.data[place[length] as number] = r
    ;(place[length] as number)++
  }
  return order.at
}
