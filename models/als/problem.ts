import type { HeldOut } from '../evaluation/evaluate.ts'
import { isHeldOut } from '../evaluation/held-out.ts'
import { hash } from '../hash.ts'
import { columnOf, isLiked, observationsOf, pairCode, withColumn } from './observations.ts'
import type { ObservationRows, Preference } from './types.ts'
import { userSampler } from './user-sample.ts'

/** At most this many users are measured: enough to fix the figures to about ±.006, and every epoch pays for them. */
const MAX_MEASURED_USERS = 2000

/** Latest ratings in columns: `users[i]` gave `items[i]` the value `values[i]`. */
export interface RatingBlock {
  readonly users: readonly string[]
  readonly items: readonly string[]
  readonly values: Float64Array
}

/** A positive, by dense numbers. */
export interface Pair {
  readonly row: number
  readonly column: number
}

/** All that a training needs, in a shape that can be posted to a worker thread. */
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
 * Gathers ratings into a training problem, four bytes a rating, so that tens of millions need not be in memory as objects.
 *
 * `add` takes blocks in which a user's ratings stand together (a user may go on in the next block) and no pair occurs twice.
 * Held-out pairs do not enter `byUser`; their positives are kept to measure with where user and item are in the problem.
 */
export function problemBuilder(preference: Preference) {
  const numberOf = new Map<string, number>()
  /** Pair codes (observations.ts) over item numbers, in the order they came. */
  const blocks: Int32Array[] = []
  /** Where each user's codes end, counted over all blocks. */
  const ends: number[] = []
  const heldOut: { user: number; item: number; order: number }[] = []
  const sampler = userSampler()
  let lastUser: string | undefined
  let lastOffered: string | undefined
  let codeCount = 0
  let ratings = 0

  function add({ users, items, values }: RatingBlock): void {
    const codes = new Int32Array(users.length)
    let count = 0
    for (let i = 0; i < users.length; i++) {
      const userId = users[i] as string
      const itemId = items[i] as string
      if (userId !== lastUser) {
        lastUser = userId
        ends.push(codeCount + count)
      }
      const item = numberOf.get(itemId) ?? numberOf.size
      if (item === numberOf.size) numberOf.set(itemId, item)
      const code = pairCode(item, values[i] as number, preference)
      if (code === undefined) continue
      if (!isHeldOut(userId, itemId)) {
        codes[count++] = code
        ends[ends.length - 1] = codeCount + count
        // One such positive is what puts a user into the problem, and its item too.
        if (isLiked(code) && lastOffered !== userId) {
          lastOffered = userId
          sampler.offer(userId, ends.length - 1)
        }
      } else if (isLiked(code)) heldOut.push({ user: ends.length - 1, item, order: hash(userId) })
    }
    blocks.push(codes.slice(0, count))
    codeCount += count
    ratings += users.length
  }

  /** The problem of all that was added. Ends the builder's life. */
  function finish(): TrainingProblem {
    const codes = concatenate(blocks.splice(0), codeCount)
    const positives = new Int32Array(numberOf.size)
    for (const code of codes) if (isLiked(code)) (positives[columnOf(code)] as number)++
    const itemIds = [...numberOf.keys()].filter((_, item) => (positives[item] as number) > 0).sort()
    const denseOf = new Int32Array(numberOf.size).fill(-1)
    itemIds.forEach((id, dense) => {
      denseOf[numberOf.get(id) as number] = dense
    })

    const { starts, rowOf } = compact(codes, ends, denseOf)
    const rows = starts.length - 1
    const observations = observationsOf(codes.subarray(0, starts[rows]), preference, starts)
    const measurable = heldOut.flatMap(({ user, item, order }) => {
      const [row, column] = [rowOf[user] as number, denseOf[item] as number]
      return row < 0 || column < 0 ? [] : [{ row, column, order }]
    })
    const sampled = sampler.chosen()
    return {
      itemIds,
      byUser: { rows, starts, ...observations },
      heldOut: byRow(bounded(measurable)),
      sample: {
        userIds: sampled.map(({ userId }) => userId),
        rows: Int32Array.from(sampled, ({ user }) => rowOf[user] as number),
      },
      ratings,
    }
  }

  return { add, finish }
}

/**
 * Rewrites `codes` in place from item numbers to dense items, every row sorted. Items outside the problem drop out, and then
 * users without a positive, so rows move towards the front.
 *
 * @returns where the rows start, and the row of each user (−1: none)
 */
function compact(codes: Int32Array, ends: readonly number[], denseOf: Int32Array) {
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

/** Pairs, which come ordered by row, grouped by it. */
export function byRow(pairs: readonly Pair[]): HeldOut {
  const firsts = pairs.flatMap(({ row }, n) => (row === pairs[n - 1]?.row ? [] : [n]))
  return {
    users: Int32Array.from(firsts, (n) => (pairs[n] as Pair).row),
    starts: Int32Array.from([...firsts, pairs.length]),
    items: Int32Array.from(pairs, ({ column }) => column),
  }
}
