import { seededRandom } from '../linalg/random.ts'
import { isPositive } from './observations.ts'
import type { TrainingProblem } from './problem.ts'
import type { ObservationRows } from './types.ts'

/** So many pairs tell hyper-parameters apart whose ndcg@100 differs by some 2 %. */
const PAIRS = 3_000
const MAX_SHARE = 0.2

/** An observed positive. */
interface Pair {
  readonly row: number
  readonly column: number
}

/**
 * The problem that a search trains on: beside the pairs that are held out already, so many more of its positives that there
 * are 3,000 in all, but never more than a fifth. Users and items keep their numbers. What cannot be measured with does not
 * count among the held-out pairs: an item that lost its last positive, a user that did.
 *
 * @param seed  the same one draws the same pairs
 */
export function holdOutMore(problem: TrainingProblem, seed: number): TrainingProblem {
  const { byUser, heldOut } = problem
  const standing = pairsOf({ ...heldOut, columns: heldOut.items }, (n) => heldOut.users[n] as number)
  const positives = byUser.columns.reduce((sum, _, e) => sum + (isPositive(byUser, e) ? 1 : 0), 0)
  const missing = Math.min(PAIRS, MAX_SHARE * (positives + standing.length)) - standing.length
  if (missing <= 0) return problem
  const random = seededRandom(seed)
  const isDrawn = Uint8Array.from(byUser.columns, (_, e) =>
    isPositive(byUser, e) && random() < missing / positives ? 1 : 0,
  )
  const kept = filterEntries(byUser, (e) => isDrawn[e] === 0)
  const drawn = pairsOf(
    filterEntries(byUser, (e) => isDrawn[e] === 1),
    (row) => row,
  )
  return { ...problem, byUser: kept, heldOut: byRow(measurable([...standing, ...drawn], kept, problem.itemIds.length)) }
}

type Rows = Pick<ObservationRows, 'starts' | 'columns'>

function pairsOf({ starts, columns }: Rows, rowOf: (n: number) => number): Pair[] {
  return Array.from({ length: starts.length - 1 }, (_, n) =>
    Array.from(columns.subarray(starts[n], starts[n + 1]), (column) => ({ row: rowOf(n), column })),
  ).flat()
}

function filterEntries(rows: ObservationRows, isKept: (e: number) => boolean): ObservationRows {
  const keep = (_: unknown, e: number): boolean => isKept(e)
  const starts = rows.starts.slice()
  for (let row = 0, count = 0; row < rows.rows; row++) {
    for (let e = rows.starts[row] as number; e < (rows.starts[row + 1] as number); e++) if (isKept(e)) count++
    starts[row + 1] = count
  }
  const { weights, targets } = rows
  return {
    rows: rows.rows,
    starts,
    columns: rows.columns.filter(keep),
    weights: weights?.filter(keep),
    targets: targets?.filter(keep),
  }
}

/** Pairs whose user and item still have a positive. */
function measurable(pairs: readonly Pair[], kept: ObservationRows, itemCount: number): Pair[] {
  const [userHas, itemHas] = [new Uint8Array(kept.rows), new Uint8Array(itemCount)]
  for (let row = 0; row < kept.rows; row++) {
    for (let e = kept.starts[row] as number; e < (kept.starts[row + 1] as number); e++) {
      if (isPositive(kept, e)) userHas[row] = itemHas[kept.columns[e] as number] = 1
    }
  }
  return pairs.filter(({ row, column }) => userHas[row] === 1 && itemHas[column] === 1)
}

function byRow(pairs: Pair[]): TrainingProblem['heldOut'] {
  pairs.sort((a, b) => a.row - b.row || a.column - b.column)
  const firsts = pairs.flatMap(({ row }, n) => (row === pairs[n - 1]?.row ? [] : [n]))
  return {
    users: Int32Array.from(firsts, (n) => (pairs[n] as Pair).row),
    starts: Int32Array.from([...firsts, pairs.length]),
    items: Int32Array.from(pairs, ({ column }) => column),
  }
}
