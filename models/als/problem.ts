import type { HeldOut } from '../evaluation/evaluate.ts'
import { type GatheredRatings, ratingsGatherer } from './gather.ts'
import { columnOf, isLiked, observationsOf, withColumn } from './observations.ts'
import { byRow, type Pair } from './pairs.ts'
import type { ObservationRows, Preference } from './types.ts'

/** At most this many users are measured: enough to fix the figures to about ±.006, and every epoch pays for them. */
const MAX_MEASURED_USERS = 2000

/** All that a training needs. */
export interface TrainingProblem {
  /** Items with a positive outside the held-out pairs, sorted: an item's dense index is its place here. */
  readonly itemIds: readonly string[]
  /** Users with a positive outside the held-out pairs, in the order they came; columns are dense items, ascending. */
  readonly byUser: ObservationRows
  readonly heldOut: HeldOut
  /** Users whose vectors the generation keeps, sorted by id, and their rows of `byUser`. */
  readonly sample: { readonly userIds: readonly string[]; readonly rows: Int32Array }
  /** How many ratings came in, dislikes and held-out ones included. */
  readonly ratings: number
}

/**
 * Makes a problem of ratings that come in blocks, as `ratingsGatherer` takes them. Held-out pairs do not enter `byUser`; their
 * positives are kept to measure with where user and item are in the problem.
 */
export function problemBuilder(preference: Preference) {
  const { add, gathered } = ratingsGatherer(preference)
  /** The problem of all that was added. Ends the builder's life. */
  const finish = (): TrainingProblem => assembleProblem(gathered(), preference)
  return { add, finish }
}

/** The problem that gathered ratings make. Takes their blocks, so that these are not in memory twice for long. */
export function assembleProblem(gathered: GatheredRatings, preference: Preference): TrainingProblem {
  const { codeCount, ends, heldOut, ratings } = gathered
  const codes = concatenate(gathered.blocks.splice(0), codeCount)
  const positives = new Int32Array(gathered.itemIds.length)
  for (const code of codes) if (isLiked(code)) (positives[columnOf(code)] as number)++
  const numbers = gathered.itemIds.keys().filter((item) => (positives[item] as number) > 0)
  const kept = [...numbers].map((item) => ({ item, id: gathered.itemIds[item] as string }))
  kept.sort((x, y) => (x.id < y.id ? -1 : 1))
  const denseOf = new Int32Array(gathered.itemIds.length).fill(-1)
  kept.forEach(({ item }, dense) => {
    denseOf[item] = dense
  })

  const { starts, rowOf } = compact(codes, ends, denseOf)
  const rows = starts.length - 1
  const observations = observationsOf(codes.subarray(0, starts[rows]), preference, starts)
  const measurable = [...heldOut.users].flatMap((user, n) => {
    const [row, column] = [rowOf[user] as number, denseOf[heldOut.items[n] as number] as number]
    return row < 0 || column < 0 ? [] : [{ row, column, order: heldOut.orders[n] as number }]
  })
  return {
    itemIds: kept.map(({ id }) => id),
    byUser: { rows, starts, ...observations },
    heldOut: byRow(bounded(measurable)),
    sample: {
      userIds: gathered.sample.userIds,
      rows: gathered.sample.users.map((user) => rowOf[user] as number),
    },
    ratings,
  }
}

/**
 * Rewrites `codes` in place from item numbers to dense items, every row sorted. Items outside the problem drop out, and then
 * users without a positive, so rows move towards the front.
 *
 * @returns where the rows start, and the row of each user (−1: none)
 */
function compact(codes: Int32Array, ends: Int32Array, denseOf: Int32Array) {
  const starts = [0]
  const rowOf = new Int32Array(ends.length).fill(-1)
  let start = 0
  ends.forEach((end, user) => {
    let to = start
    let hasPositive = false
    for (let from = ends[user - 1] ?? 0; from < end; from++) {
      const code = codes[from] as number
      const dense = denseOf[columnOf(code)] as number
      if (dense < 0) continue
      codes[to++] = withColumn(code, dense)
      if (isLiked(code)) hasPositive = true
    }
    if (!hasPositive) return
    codes.subarray(start, to).sort()
    rowOf[user] = starts.push(to) - 2
    start = to
  })
  return { starts: Int32Array.from(starts), rowOf }
}

function concatenate(blocks: readonly Int32Array[], length: number): Int32Array {
  const whole = new Int32Array(length)
  let at = 0
  for (const block of blocks) {
    whole.set(block, at)
    at += block.length
  }
  return whole
}

/** Pairs, which come ordered by row, of at most `MAX_MEASURED_USERS` rows: those first by `order`. */
function bounded<P extends Pair & { readonly order: number }>(pairs: readonly P[]): P[] {
  const orders = [...new Map(pairs.map(({ row, order }) => [row, order])).values()].sort((x, y) => x - y)
  const last = orders[MAX_MEASURED_USERS - 1] ?? Infinity
  return pairs.filter(({ order }) => order <= last)
}
