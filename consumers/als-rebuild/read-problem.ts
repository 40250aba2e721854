import type { RatingStore } from '../../infra/rating-store/port.ts'
import { problemBuilder, type TrainingProblem } from '../../models/als/problem.ts'
import type { Preference } from '../../models/als/types.ts'
import type { Offset } from '../../models/events/types.ts'

interface Source {
  readonly ratings: Pick<RatingStore, 'watermark' | 'latestRatings'>
  readonly partitions: number
  readonly hyperParameters: Preference
  readonly maxHistory: number
}

/** What there is to train on, and how far it goes. */
export interface Reading {
  readonly problem: TrainingProblem
  readonly watermark: readonly Offset[]
}

/** Reads the latest ratings from ClickHouse up to a watermark. @returns or why there is nothing to train on */
export async function readProblem(
  { ratings, partitions, hyperParameters, maxHistory }: Source,
  report: (progress: string) => void,
  signal: AbortSignal,
): Promise<Reading | { skipped: string }> {
  const watermark = await ratings.watermark(partitions)
  const builder = problemBuilder(hyperParameters)
  let read = 0
  for await (const block of ratings.latestRatings(watermark, maxHistory)) {
    signal.throwIfAborted()
    builder.add(block)
    read += block.users.length
    report(`read ${read} ratings`)
  }
  const problem = builder.finish()
  if (problem.itemIds.length > 0) return { problem, watermark }
  return { skipped: `no rating of ${hyperParameters.positiveFrom} or more to train on, of ${read}` }
}
