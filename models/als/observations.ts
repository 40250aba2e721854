import type { History } from '../history/types.ts'
import type { Generation, ObservationRows, Observations, Preference } from './types.ts'

/**
 * An observed pair as one integer, twice the column plus one for a positive: sorting these sorts by column.
 *
 * @returns undefined for a dislike that carries no weight: it does not enter the loss
 */
export function pairCode(
  column: number,
  value: number,
  { positiveFrom, dislikeWeight }: Preference,
): number | undefined {
  if (value >= positiveFrom) return 2 * column + 1
  return dislikeWeight > 0 ? 2 * column : undefined
}

/** Unpacks pair codes: t=1, w=1 for a positive, t=0, w=`dislikeWeight` for a dislike. Without dislikes all are 1 and left out. */
export function observationsOf(codes: Int32Array, dislikeWeight: number): Observations {
  const columns = codes.map((code) => code >> 1)
  if (dislikeWeight === 0) return { columns }
  const targets = Float32Array.from(codes, (code) => code & 1)
  return { columns, targets, weights: targets.map((target) => (target === 1 ? 1 : dislikeWeight)) }
}

/** Whether a pair is a positive: it pulls the scores up. */
export function isPositive({ targets, weights }: Observations, e: number): boolean {
  return (targets?.[e] ?? 1) > 0 && (weights?.[e] ?? 1) > 0
}

/**
 * What a user's history is to a generation: ratings of its items only, in dense order, withdrawn ones left out.
 *
 * @param leaveOut  items to pass over, such as held-out ones
 */
export function observe(
  history: History,
  { indexOf, hyperParameters }: Pick<Generation, 'indexOf' | 'hyperParameters'>,
  leaveOut?: (itemId: string) => boolean,
): Observations {
  const codes: number[] = []
  for (const { itemId, value } of history.values()) {
    const column = indexOf.get(itemId)
    if (column === undefined || value === null || leaveOut?.(itemId)) continue
    const code = pairCode(column, value, hyperParameters)
    if (code !== undefined) codes.push(code)
  }
  return observationsOf(Int32Array.from(codes).sort(), hyperParameters.dislikeWeight)
}

/** Makes the arrays that `transpose` fills, so that they can be where a caller wants them. */
export interface Allocate {
  integers(length: number): Int32Array
  floats(length: number): Float32Array
}

const ON_HEAP: Allocate = {
  integers: (length) => new Int32Array(length),
  floats: (length) => new Float32Array(length),
}

/** The same pairs by column: row c of the result holds the rows that observed column c, in ascending order. */
export function transpose(
  observations: ObservationRows,
  columnCount: number,
  { integers, floats } = ON_HEAP,
): ObservationRows {
  const { rows, starts, columns, weights, targets } = observations
  const transposed = {
    rows: columnCount,
    starts: integers(columnCount + 1),
    columns: integers(columns.length),
    weights: weights && floats(columns.length),
    targets: targets && floats(columns.length),
  }
  for (const c of columns) (transposed.starts[c + 1] as number)++
  for (let c = 0; c < columnCount; c++) (transposed.starts[c + 1] as number) += transposed.starts[c] as number
  const next = transposed.starts.slice()
  for (let r = 0; r < rows; r++) {
    for (let e = starts[r] as number; e < (starts[r + 1] as number); e++) {
      const column = columns[e] as number
      const to = next[column] as number
      next[column] = to + 1
      transposed.columns[to] = r
      if (transposed.weights) transposed.weights[to] = weights?.[e] as number
      if (transposed.targets) transposed.targets[to] = targets?.[e] as number
    }
  }
  return transposed
}
