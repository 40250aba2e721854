import { ConfigError } from '../../infra/errors.ts'
import type { RatingScale } from '../../models/events/types.ts'
import type { Chunk, Dataset } from '../datasets/dataset.ts'
import { activityOf } from './activity.ts'
import { type ByUser, goThroughUsers } from './by-user.ts'
import { type Catalogue, createCatalogue } from './catalogue.ts'
import { distributionOf } from './distribution.ts'
import type { Exploration } from './exploration.ts'
import { createFill } from './fill.ts'
import { genreShares } from './genres.ts'
import { crowdedInstants } from './instants.ts'
import { longTailOf } from './long-tail.ts'
import { countEach, gatherRatings, type Ratings } from './ratings.ts'
import { createChecks } from './rejected.ts'
import { suspicionsOf } from './suspicions.ts'
import { createValueTally } from './value-tally.ts'

export interface ExploreOptions {
  /** Values outside of it are suspicious. */
  readonly scale: RatingScale
  /** ms since 1970: later times are suspicious. */
  readonly now: number
  readonly onProgress?: (doneBytes: number, lines: number) => void
  /** Ends the reading. */
  readonly signal?: AbortSignal
}

/**
 * Reads a dataset once, as an import would, and describes it. Some twenty bytes a rating are kept in memory.
 * @throws ConfigError where there is not one line; the reason of `signal`; what the reader throws
 */
export async function explore(
  dataset: Dataset,
  { scale, now, onProgress, signal }: ExploreOptions,
): Promise<Exploration> {
  const checks = createChecks(scale, now)
  const values = createValueTally(scale)
  const advance = progressOf(onProgress)

  const described = createCatalogue()
  for await (const chunk of dataset.items()) {
    for (const line of chunk.lines) if (checks.item(chunk, line) && line.value) described.add(line.value)
    advance(chunk)
    signal?.throwIfAborted()
  }
  const catalogue = described.finish()

  const gathered = gatherRatings(catalogue.numbers)
  for await (const chunk of dataset.ratings()) {
    for (const line of chunk.lines) {
      if (line.value) values.add(line.value.value as number)
      if (checks.rating(chunk, line) && line.value) gathered.add(line.value, chunk.file, line.line)
    }
    advance(chunk)
    signal?.throwIfAborted()
  }
  const ratings = gathered.finish()
  if (ratings.users.length + catalogue.described + checks.count() === 0)
    throw new ConfigError(`${dataset.path} holds no line but headers: there is nothing to explore.`)

  const { byUser, itemCounts, fill, density } = matrixOf(ratings, catalogue)
  const ascending = ratings.seconds.toSorted()
  const ratedCounts = itemCounts.filter((count) => count > 0)
  const total = ratings.users.length
  return {
    dataset: dataset.name,
    path: dataset.path,
    scale,
    counts: {
      users: ratings.userIds.length,
      items: ratedCounts.length,
      described: catalogue.described,
      unrated: itemCounts.subarray(0, catalogue.described).filter((count) => count === 0).length,
      ratings: total,
      rejected: checks.count(),
      density,
      meanValue: total === 0 ? 0 : ratings.valueSums.reduce((sum, value) => sum + value, 0) / total,
      from: timeOf(ascending[0]),
      to: timeOf(ascending.at(-1)),
    },
    values: values.bars(),
    ratingsPerUser: distributionOf(byUser.counts),
    ratingsPerItem: distributionOf(ratedCounts),
    fill,
    activity: activityOf(ascending),
    longTail: longTailOf(ratedCounts),
    genres: genreShares(catalogue, itemCounts, ratings.valueSums),
    suspicious: suspicionsOf({
      scale,
      rejected: checks.rejected,
      catalogue,
      ratings,
      itemCounts,
      byUser,
      instants: crowdedInstants(ratings, ascending),
    }),
  }
}

interface Matrix {
  readonly byUser: ByUser
  readonly itemCounts: Int32Array
  readonly fill: number[][]
  readonly density: number
}

function matrixOf(ratings: Ratings, { numbers }: Catalogue): Matrix {
  const itemCounts = countEach(ratings.items, numbers.ids.length)
  const fill = createFill(countEach(ratings.users, ratings.userIds.length), itemCounts)
  const byUser = goThroughUsers(ratings, itemCounts.length, fill.add)
  const rated = itemCounts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0)
  const pairs = ratings.users.length - byUser.repeats
  return { byUser, itemCounts, fill: fill.shares(), density: pairs === 0 ? 0 : pairs / (rated * byUser.counts.length) }
}

/** Adds up the files: each chunk tells how far its own has come. */
function progressOf(onProgress: ExploreOptions['onProgress']) {
  const bytes = new Map<string, number>()
  let lines = 0
  return ({ file, end, lines: read }: Chunk<unknown>): void => {
    bytes.set(file, end.bytes)
    lines += read.length
    onProgress?.(
      bytes.values().reduce((sum, done) => sum + done, 0),
      lines,
    )
  }
}

const timeOf = (second: number | undefined): string | null =>
  second === undefined ? null : new Date(second * 1000).toISOString()
