import { isHeldOut } from '../evaluation/held-out.ts'
import { hash } from '../hash.ts'
import { type MeasuredUsers, measuredUsers } from './measured-users.ts'
import { isLiked, pairCode } from './observations.ts'
import type { Preference } from './types.ts'
import { userSampler } from './user-sample.ts'

/** Latest ratings in columns: `users[i]` gave `items[i]` the value `values[i]`. */
export interface RatingBlock {
  readonly users: readonly string[]
  readonly items: readonly string[]
  readonly values: Float64Array
}

/** Ratings as they came, in a shape that can be posted to a worker thread. */
export interface GatheredRatings {
  /** By the numbers that items got as they came. */
  readonly itemIds: readonly string[]
  /** Pair codes (observations.ts) over item numbers, in the order they came. */
  readonly blocks: Int32Array[]
  readonly codeCount: number
  /** Where each user's codes end, counted over all blocks. */
  readonly ends: Int32Array
  /** Positives that are held out, by the numbers of user and item; `orders` says which users are measured first. */
  readonly heldOut: { readonly users: Int32Array; readonly items: Int32Array; readonly orders: Float64Array }
  /** Users whose vectors the generation keeps, sorted by id. */
  readonly sample: { readonly userIds: readonly string[]; readonly users: Int32Array }
  /** With all their ratings: on these is the model compared with the live one. */
  readonly measured: MeasuredUsers
  /** How many ratings came in, dislikes and held-out ones included. */
  readonly ratings: number
  /** Whether there is anything to train on. */
  readonly hasPositive: boolean
}

/**
 * Gathers ratings, four bytes a rating, so that tens of millions need not be in memory as objects.
 *
 * `add` takes blocks in which a user's ratings stand together (a user may go on in the next block) and no pair occurs twice.
 */
export function ratingsGatherer(preference: Preference) {
  const numberOf = new Map<string, number>()
  /** Pair codes (observations.ts) over item numbers, in the order they came. */
  const blocks: Int32Array[] = []
  /** Where each user's codes end, counted over all blocks. */
  const ends: number[] = []
  const heldOut: { user: number; item: number; order: number }[] = []
  const sampler = userSampler<number>()
  const measured = measuredUsers()
  let lastUser: string | undefined
  let lastOffered: string | undefined
  let codeCount = 0
  let hasPositive = false
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
      const value = values[i] as number
      const code = pairCode(item, value, preference)
      const isKept = isHeldOut(userId, itemId)
      measured.add(userId, item, value, isKept && code !== undefined && isLiked(code))
      if (code === undefined) continue
      if (!isKept) {
        codes[count++] = code
        ends[ends.length - 1] = codeCount + count
        hasPositive ||= isLiked(code)
        // One such positive is what puts a user into the problem, and its item too.
        if (isLiked(code) && lastOffered !== userId) {
          lastOffered = userId
          sampler.offer(userId, () => ends.length - 1)
        }
      } else if (isLiked(code)) heldOut.push({ user: ends.length - 1, item, order: hash(userId) })
    }
    blocks.push(codes.slice(0, count))
    codeCount += count
    ratings += users.length
  }

  /** All that was added, in the gatherer's own arrays: ends its life. */
  function gathered(): GatheredRatings {
    const sampled = sampler.chosen()
    return {
      itemIds: [...numberOf.keys()],
      blocks,
      codeCount,
      ends: Int32Array.from(ends),
      heldOut: {
        users: Int32Array.from(heldOut, ({ user }) => user),
        items: Int32Array.from(heldOut, ({ item }) => item),
        orders: Float64Array.from(heldOut, ({ order }) => order),
      },
      sample: {
        userIds: sampled.map(({ userId }) => userId),
        users: Int32Array.from(sampled, ({ kept }) => kept),
      },
      measured: measured.chosen(),
      ratings,
      hasPositive,
    }
  }

  return { add, gathered }
}
