import type { History, HistoryEntry } from '../history/types.ts'
import type { Generation, ObservationRows, Observations, Preference } from './types.ts'

/** A positive's height between `positiveFrom` and the top of the scale is kept in so many steps; three bits hold it. */
const STEPS = 6
const GRADE_BITS = 3
const GRADE_MASK = (1 << GRADE_BITS) - 1
/** Positives of a user whose positives weigh 1, whatever the exponent: another number would only rescale α0 and the weights. */
const USUAL_ACTIVITY = 60

/**
 * An observed pair as one integer, the column above a grade (0: a dislike; 1 … 7: a positive, by its height): sorting these sorts
 * by column.
 *
 * @returns undefined for a dislike that carries no weight: it does not enter the loss
 */
export function pairCode(
  column: number,
  value: number,
  { positiveFrom, dislikeWeight, topValue }: Preference,
): number | undefined {
  if (value < positiveFrom) return dislikeWeight > 0 ? withColumn(0, column) : undefined
  return withColumn(1 + Math.round(STEPS * heightOf(value, positiveFrom, topValue)), column)
}

/** From 0 at `positiveFrom` to 1 at the top; 0 where the scale has no such height, as when everything is positive. */
function heightOf(value: number, positiveFrom: number, topValue = positiveFrom): number {
  const scale = topValue - positiveFrom
  return scale > 0 && Number.isFinite(scale) ? Math.min(1, (value - positiveFrom) / scale) : 0
}

export const columnOf = (code: number): number => code >>> GRADE_BITS
/** Whether the code is that of a positive. */
export const isLiked = (code: number): boolean => (code & GRADE_MASK) > 0
/** The code of the same rating in another column. */
export const withColumn = (code: number, column: number): number => (column << GRADE_BITS) | (code & GRADE_MASK)

/**
 * Unpacks pair codes of rows that stand one after the other. Where every weight and target is 1 they are left out.
 *
 * @param starts  row r holds codes starts[r] … starts[r+1]−1; one row of all codes when left out
 */
export function observationsOf(
  codes: Int32Array,
  preference: Preference,
  starts: ArrayLike<number> = [0, codes.length],
): Observations {
  const { dislikeWeight, topWeight = 1, activityExponent = 0 } = preference
  const columns = codes.map(columnOf)
  if (dislikeWeight === 0 && topWeight === 1 && activityExponent === 0) return { columns }
  const targets = Float32Array.from(codes, (code) => (isLiked(code) ? 1 : 0))
  const weights = Float32Array.from(codes, (code) => (isLiked(code) ? gradeOf(code, topWeight) : dislikeWeight))
  if (activityExponent !== 0) damp(weights, targets, starts, activityExponent)
  return { columns, targets, weights }
}

/** g: what a positive weighs by its height. */
const gradeOf = (code: number, topWeight: number): number => 1 + ((topWeight - 1) * ((code & GRADE_MASK) - 1)) / STEPS

/** (n / 60)^−γ: what each positive weighs less of a user who has n of them. */
const activityFactor = (positives: number, exponent: number): number => (positives / USUAL_ACTIVITY) ** -exponent

/** Multiplies the weights of positives by (n / 60)^−γ, row by row. */
function damp(weights: Float32Array, targets: Float32Array, starts: ArrayLike<number>, exponent: number): void {
  for (let r = 0; r + 1 < starts.length; r++) {
    const [from, to] = [starts[r] as number, starts[r + 1] as number]
    const positives = targets.subarray(from, to).reduce((sum, target) => sum + target, 0)
    const factor = activityFactor(positives, exponent)
    for (let e = from; e < to; e++) if (targets[e] === 1) (weights[e] as number) *= factor
  }
}

/** Whether a pair is a positive: it pulls the scores up. */
export function isPositive({ targets, weights }: Observations, e: number): boolean {
  return (targets?.[e] ?? 1) > 0 && (weights?.[e] ?? 1) > 0
}

/**
 * What a user's history is to a generation: ratings of its items only, in dense order, withdrawn ones left out.
 *
 * @param history   or its entries
 * @param leaveOut  items to pass over, such as held-out ones
 */
export function observe(
  history: { values(): Iterable<Pick<HistoryEntry, 'itemId' | 'value'>> },
  { indexOf, hyperParameters }: Pick<Generation, 'indexOf' | 'hyperParameters'>,
  leaveOut?: (itemId: string) => boolean,
): Observations {
  const codes: number[] = []
  for (const { itemId, value } of history.values()) {
    // First, since it takes less time than the lookup, and spares it for half of the ratings.
    const code = value === null ? undefined : pairCode(0, value, hyperParameters)
    if (code === undefined) continue
    const column = indexOf.get(itemId)
    if (column !== undefined && !leaveOut?.(itemId)) codes.push(withColumn(code, column))
  }
  return observationsOf(Int32Array.from(codes).sort(), hyperParameters)
}

/**
 * What a user's rating of one item weighs in training, beside all the user's ratings; 0 unless it is a positive that stands.
 *
 * @param history  of the user; its items need not be of any generation
 */
export function weightInHistory(history: History, itemId: string, preference: Preference): number {
  const value = history.get(itemId)?.value ?? null
  const { positiveFrom, topWeight = 1, activityExponent = 0 } = preference
  if (value === null || value < positiveFrom) return 0
  const grade = gradeOf(pairCode(0, value, preference) as number, topWeight)
  if (activityExponent === 0) return grade
  let positives = 0
  for (const { value } of history.values()) if (value !== null && value >= positiveFrom) positives++
  return grade * activityFactor(positives, activityExponent)
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
