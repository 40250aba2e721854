import { countEach, type Ratings } from './ratings.ts'
import { MAX_EXAMPLES } from './rejected.ts'

/** So many ratings of one user in one second were typed by no hand. */
export const BURST_RATINGS = 100

/** A rating of a pair that was rated before. */
export interface Repeat {
  readonly user: number
  readonly item: number
  /** Places in the columns. */
  readonly first: number
  readonly again: number
}

export interface Burst {
  readonly user: number
  /** Since 1970. */
  readonly second: number
  readonly ratings: number
}

export interface ByUser {
  readonly counts: Int32Array
  /** Ratings of a pair beyond its first. */
  readonly repeats: number
  /** The first ones. */
  readonly repeatExamples: readonly Repeat[]
  /** The fullest second of each user with one of BURST_RATINGS or more, the fullest first. */
  readonly bursts: readonly Burst[]
}

/**
 * Goes through the ratings user by user.
 * @param onPair  takes each pair of a user and an item once
 */
export function goThroughUsers(
  ratings: Ratings,
  itemCount: number,
  onPair: (user: number, item: number) => void,
): ByUser {
  const { users, items, seconds, userIds } = ratings
  const counts = countEach(users, userIds.length)
  const { starts, order } = grouped(users, counts)
  /** By item: the last user who rated it, and where in the columns. */
  const ratedBy = new Int32Array(itemCount).fill(-1)
  const ratedAt = new Int32Array(itemCount)
  const repeatExamples: Repeat[] = []
  const bursts: Burst[] = []
  let repeats = 0

  for (let user = 0; user < userIds.length; user++) {
    const own = order.subarray(starts[user], starts[user + 1])
    for (const rating of own) {
      const item = items[rating] as number
      if (ratedBy[item] !== user) {
        ratedBy[item] = user
        ratedAt[item] = rating
        onPair(user, item)
      } else {
        repeats += 1
        const first = ratedAt[item] as number
        if (repeatExamples.length < MAX_EXAMPLES) repeatExamples.push({ user, item, first, again: rating })
      }
    }
    if (own.length < BURST_RATINGS) continue
    const fullest = fullestSecond(Uint32Array.from(own, (rating) => seconds[rating] as number).sort())
    if (fullest.ratings >= BURST_RATINGS) bursts.push({ user, ...fullest })
  }
  bursts.sort((a, b) => b.ratings - a.ratings)
  return { counts, repeats, repeatExamples, bursts }
}

/** A counting sort: places of each user's ratings, in the order of the files. */
function grouped(users: Int32Array, counts: Int32Array): { starts: Int32Array; order: Int32Array } {
  const starts = new Int32Array(counts.length + 1)
  for (let user = 0; user < counts.length; user++)
    starts[user + 1] = (starts[user] as number) + (counts[user] as number)
  const next = starts.slice()
  const order = new Int32Array(users.length)
  for (let rating = 0; rating < users.length; rating++) {
    const user = users[rating] as number
    order[(next[user] as number)++] = rating
  }
  return { starts, order }
}

function fullestSecond(ascending: Uint32Array): { second: number; ratings: number } {
  let fullest = { second: 0, ratings: 0 }
  for (const { second, ratings } of runs(ascending)) if (ratings > fullest.ratings) fullest = { second, ratings }
  return fullest
}

/** Each second with how often it stands there. */
export function* runs(ascending: Uint32Array): Generator<{ second: number; ratings: number }> {
  for (let at = 0; at < ascending.length; ) {
    const second = ascending[at] as number
    let end = at + 1
    while (ascending[end] === second) end += 1
    yield { second, ratings: end - at }
    at = end
  }
}
