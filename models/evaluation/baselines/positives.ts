import type { ObservationRows } from '../../als/types.ts'
import type { Interactions, TrainingSet } from '../model.ts'

/** The items that a user likes. */
export function positivesOf({ items, values }: Interactions, positiveFrom: number): Int32Array {
  return items.filter((_, e) => (values[e] as number) >= positiveFrom)
}

/** X as the baselines know it: a one where a user likes an item. Users who like nothing are no row of it. */
export function positiveRows({ rows, starts, items, values, positiveFrom }: TrainingSet): ObservationRows {
  const columns = positivesOf({ items, values }, positiveFrom)
  const ends = [0]
  let end = 0
  for (let r = 0; r < rows; r++) {
    for (let e = starts[r] as number; e < (starts[r + 1] as number); e++)
      if ((values[e] as number) >= positiveFrom) end++
    if (end > (ends.at(-1) as number)) ends.push(end)
  }
  return { rows: ends.length - 1, starts: Int32Array.from(ends), columns }
}

/** The columns in which row r has a one. */
export function columnsOf({ starts, columns }: ObservationRows, r: number): Int32Array {
  return columns.subarray(starts[r], starts[r + 1])
}
