import { setImmediate as yieldToRequests } from 'node:timers/promises'
import { counted } from '../../infra/counted.ts'
import type { RatingStore } from '../../infra/rating-store/port.ts'
import { type GatheredRatings, ratingsGatherer } from '../../models/als/gather.ts'
import type { Preference } from '../../models/als/types.ts'
import type { Offset } from '../../models/events/types.ts'

/** Ratings that are gathered before the event loop gets its turn: about a millisecond. */
const TURN_RATINGS = 5_000

interface Source {
  readonly ratings: Pick<RatingStore, 'watermark' | 'latestRatings'>
  readonly partitions: number
  readonly hyperParameters: Preference
  readonly maxHistory: number
}

/** What there is to train on, and how far it goes. */
export interface Reading {
  readonly gathered: GatheredRatings
  readonly watermark: readonly Offset[]
}

/** Reads the latest ratings from ClickHouse up to a watermark. @returns or why there is nothing to train on */
export async function readProblem(
  { ratings, partitions, hyperParameters, maxHistory }: Source,
  report: (progress: string) => void,
  signal: AbortSignal,
): Promise<Reading | { skipped: string }> {
  const watermark = await ratings.watermark(partitions)
  const gatherer = ratingsGatherer(hyperParameters)
  let read = 0
  for await (const block of ratings.latestRatings(watermark, maxHistory)) {
    signal.throwIfAborted()
    for (let from = 0; from < block.users.length; from += TURN_RATINGS) {
      const to = from + TURN_RATINGS
      const { users, items, values } = block
      gatherer.add({ users: users.slice(from, to), items: items.slice(from, to), values: values.slice(from, to) })
      await yieldToRequests()
    }
    read += block.users.length
    report(`read ${counted(read, 'rating')}`)
  }
  const gathered = gatherer.gathered()
  if (gathered.hasPositive) return { gathered, watermark }
  return { skipped: `no rating of ${hyperParameters.positiveFrom} or more to train on, of ${read}` }
}
