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

/** Unpacks pair codes: t=1, w=1 for a positive, t=0, w=`dislikeWeight` for a dislike. */
export function observationsOf(codes: Int32Array, dislikeWeight: number): Observations {
  const columns = new Int32Array(codes.length)
  const weights = new Float32Array(codes.length)
  const targets = new Float32Array(codes.length)
  for (let e = 0; e < codes.length; e++) {
    const code = codes[e] as number
    const target = code & 1
    columns[e] = code >> 1
    targets[e] = target
    weights[e] = target === 1 ? 1 : dislikeWeight
  }
  return { columns, weights, targets }
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

/** The same pairs by column: row c of the result holds the rows that observed column c, in ascending order. */
export function transpose(observations: ObservationRows, columnCount: number): ObservationRows {
  const { rows, starts, columns, weights, targets } = observations
  const transposed = {
    rows: columnCount,
    starts: new Int32Array(columnCount + 1),
    columns: new Int32Array(columns.length),
    weights: new Float32Array(columns.length),
    targets: new Float32Array(columns.length),
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
      transposed.weights[to] = weights[e] as number
      transposed.targets[to] = targets[e] as number
    }
  }
  return transposed
}
