import { seededRandom } from '../linalg/random.ts'
import { isPositive } from './observations.ts'
import { byRow, type Pair } from './pairs.ts'
import type { TrainingProblem } from './problem.ts'
import type { ObservationRows } from './types.ts'

/** So many pairs tell hyper-parameters apart whose ndcg@100 differs by some 2 %. */
const PAIRS = 3_000
const MAX_SHARE = 0.2

/**
 * The problem that a search trains on: beside the pairs that are held out already, so many more of its positives that there
 * are 3,000 in all, but never more than a fifth. Users and items keep their numbers. What cannot be measured with does not
 * count among the held-out pairs: an item that lost its last positive, a user that did.
 *
 * @param seed  the same one draws the same pairs
 */
export function holdOutMore(problem: TrainingProblem, seed: number): TrainingProblem {
  const { byUser, heldOut } = problem
  const standing: Pair[] = []
  heldOut.users.forEach((row, n) => {
    for (const column of heldOut.items.subarray(heldOut.starts[n], heldOut.starts[n + 1]))
      standing.push({ row, column })
  })
  const positives = countPositives(byUser)
  const missing = Math.min(PAIRS, MAX_SHARE * (positives + standing.length)) - standing.length
  if (missing <= 0) return problem
  const { kept, drawn } = draw(byUser, missing / positives, seed)
  const measured = measurable([...standing, ...drawn], kept, problem.itemIds.length)
  measured.sort((a, b) => a.row - b.row || a.column - b.column)
  return { ...problem, byUser: kept, heldOut: byRow(measured) }
}

function countPositives(rows: ObservationRows): number {
  let count = 0
  for (let e = 0; e < rows.columns.length; e++) if (isPositive(rows, e)) count++
  return count
}

/** Takes about this share of the positives out. In plain loops: there may be tens of millions of pairs. */
function draw(rows: ObservationRows, share: number, seed: number): { kept: ObservationRows; drawn: Pair[] } {
  const random = seededRandom(seed)
  const starts = new Int32Array(rows.rows + 1)
  const columns = new Int32Array(rows.columns.length)
  const weights = rows.weights && new Float32Array(rows.columns.length)
  const targets = rows.targets && new Float32Array(rows.columns.length)
  const drawn: Pair[] = []
  let count = 0
  for (let row = 0; row < rows.rows; row++) {
    for (let e = rows.starts[row] as number; e < (rows.starts[row + 1] as number); e++) {
      const column = rows.columns[e] as number
      if (isPositive(rows, e) && random() < share) {
        drawn.push({ row, column })
        continue
      }
      columns[count] = column
      if (weights) weights[count] = rows.weights?.[e] as number
      if (targets) targets[count] = rows.targets?.[e] as number
      count++
    }
    starts[row + 1] = count
  }
  const kept = {
    rows: rows.rows,
    starts,
    columns: columns.subarray(0, count),
    weights: weights?.subarray(0, count),
    targets: targets?.subarray(0, count),
  }
  return { kept, drawn }
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
