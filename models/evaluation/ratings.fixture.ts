import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RatingBlock } from '../als/gather.ts'
import type { ObservationRows } from '../als/types.ts'
import { normal, seededRandom } from '../linalg/random.ts'

/** MovieLens ratings for tests and benchmarks, where the dataset is at hand; else generated ones of about its size. */
export function sampleRatings(): RatingBlock & { readonly name: string } {
  const file = join(process.env.DATASETS_DIR ?? '../shared/data', 'ml-latest-small', 'ratings.csv')
  if (!existsSync(file)) return { name: 'generated ratings', ...generateRatings(600, 6000, 100_000, 1) }
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1)
  const fields = lines.map((line) => line.split(','))
  return {
    name: 'ml-latest-small',
    users: fields.map(([user]) => user as string),
    items: fields.map(([, item]) => item as string),
    values: Float64Array.from(fields, ([, , value]) => Number(value)),
  }
}

/** Ratings from 1 to 5 with a long tail of items and users of five tastes, who rate highly what is to theirs. */
export function generateRatings(users: number, items: number, ratings: number, seed: number): RatingBlock {
  const random = seededRandom(seed)
  const tastes = 5
  const perUser = Math.ceil(ratings / users)
  const rows = Array.from({ length: users }, (_, user) => {
    // A power of a uniform draw makes low numbers frequent: the long tail.
    const rated = new Set(Array.from({ length: perUser }, () => Math.floor(items * random() ** 3)))
    return [...rated].map((item) => {
      const liked = random() < (item % tastes === user % tastes ? 0.9 : 0.05)
      return { user: `u${user}`, item: `i${item}`, value: liked ? 5 : 2 }
    })
  }).flat()
  return {
    users: rows.map(({ user }) => user),
    items: rows.map(({ item }) => item),
    values: Float64Array.from(rows, ({ value }) => value),
  }
}

/**
 * Positives of about the shape of MovieLens-20M: users with a log-normal number of them, 20 at least, and items with a long
 * tail. Made as rows at once, so that tens of millions take seconds.
 */
export function generateRows(users: number, items: number, ratings: number, seed: number): ObservationRows {
  const random = seededRandom(seed)
  const activity = Float64Array.from({ length: users }, () => Math.exp(1.1 * normal(random)))
  const perUnit = Math.max(0, ratings - 20 * users) / activity.reduce((sum, x) => sum + x, 0)
  const starts = new Int32Array(users + 1)
  const columns = new Int32Array(ratings + users)
  const seenBy = new Int32Array(items).fill(-1)
  let end = 0
  for (let user = 0; user < users; user++) {
    const wanted = Math.min(items >> 1, columns.length - end, 20 + Math.round((activity[user] as number) * perUnit))
    const start = end
    while (end - start < wanted) {
      const item = Math.floor(items * random() ** 3)
      if (seenBy[item] === user) continue
      seenBy[item] = user
      columns[end++] = item
    }
    columns.subarray(start, end).sort()
    starts[user + 1] = end
  }
  return { rows: users, starts, columns: columns.slice(0, end) }
}
