import { HALF_LIVES_MS } from './decay.ts'
import type { Steps } from './layout.ts'
import { listOf, type RankedItems } from './ranked-list.ts'
import { sortInSteps } from './sort-in-steps.ts'
import type { MergedColumns, StatisticsTable } from './statistics-table.ts'

/** Rows looked at in a step: a fraction of a millisecond. */
const STEP_ROWS = 8192

/** All items that are rated, by how many positives they have. */
export function* popularItems(table: StatisticsTable): Steps<RankedItems> {
  const columns = yield* table.settle()
  return yield* rankItems(table, columns, columns.positives)
}

/**
 * Items by their weighted average rating, v/(v+m) · R + m/(v+m) · C: R of v ratings is drawn to the mean C of all ratings as if
 * m more ratings of that mean had been given, m being the mean number of ratings an item. (Known from IMDb's Top 250; a
 * Bayesian average.) So one rating of 5 does not stand above a thousand ratings of 4.8.
 */
export function* topRatedItems(table: StatisticsTable): Steps<RankedItems> {
  const columns = yield* table.settle()
  const { count, sum } = columns
  let [items, ratings, total] = [0, 0, 0]
  for (let row = 0; row < table.rows(); row++) {
    if (row % STEP_ROWS === 0) yield
    if (count(row) > 0) items++
    ratings += count(row)
    total += sum(row)
  }
  const drawnTo = ratings > 0 ? total / ratings : 0
  const asIf = items > 0 ? ratings / items : 0
  return yield* rankItems(table, columns, (row) => (sum(row) + asIf * drawnTo) / (count(row) + asIf))
}

/**
 * What an item has to reach to be a trend: as much as three people who like it a half-life ago, so that nobody makes a trend alone.
 */
export const TREND_FLOOR = 1.5

/**
 * Items that were a trend when they were liked last, by their positives, each of which counts half as much after the half-life. As
 * time goes on all scores shrink alike: the order stays, and `scaled` by 2^((newest − time) / half-life) they are those of another
 * time.
 *
 * @param window  index into HALF_LIVES_MS
 * @returns       scores at `newest`, when the last of them was a trend, ms since 1970; −∞: nothing ever was
 */
export function* trendingItems(
  table: StatisticsTable,
  window: number,
): Steps<{ ranking: RankedItems; newest: number }> {
  const columns = yield* table.settle()
  const { decayed, decayedAt } = columns
  const halfLifeMs = HALF_LIVES_MS[window] as number
  const wasTrend = (row: number): boolean => decayed(row, window) >= TREND_FLOOR
  let newest = Number.NEGATIVE_INFINITY
  for (let row = 0; row < table.rows(); row++) {
    if (row % STEP_ROWS === 0) yield
    if (wasTrend(row)) newest = Math.max(newest, decayedAt(row))
  }
  const ranking = yield* rankItems(table, columns, (row) =>
    wasTrend(row) ? decayed(row, window) * 2 ** ((decayedAt(row) - newest) / halfLifeMs) || undefined : undefined,
  )
  return { ranking, newest }
}

/** Items of a generation, by how many positives they had when it was trained; ties by index, which is their row. */
export function* popularAtTraining(
  itemIds: readonly string[],
  indexOf: ReadonlyMap<string, number>,
  positives: Int32Array,
): Steps<RankedItems> {
  const order = yield* sortInSteps(
    positives.map((_, index) => index),
    (x, y) => (positives[y] as number) - (positives[x] as number) || x - y,
  )
  const rows = {
    rows: () => itemIds.length,
    itemIdOf: (row: number) => itemIds[row] as string,
    rowOf: (itemId: string) => indexOf.get(itemId),
  }
  return yield* listOf(rows, itemIds.length, order, (row) => positives[row] as number)
}

/** @param scoreOf  of a row whose item is rated; undefined: not to be listed */
function* rankItems(
  table: StatisticsTable,
  { count: countOf }: MergedColumns,
  scoreOf: (row: number) => number | undefined,
): Steps<RankedItems> {
  const rows = table.rows()
  // Statistics move on between the steps: what is sorted by has to stay.
  const scores = new Float64Array(rows)
  const counts = new Float64Array(rows)
  const listed = new Int32Array(rows)
  let length = 0
  for (let row = 0; row < rows; row++) {
    if (row % STEP_ROWS === 0) yield
    const count = countOf(row)
    const score = count > 0 ? scoreOf(row) : undefined
    if (score === undefined) continue
    scores[row] = score
    counts[row] = count
    listed[length++] = row
  }
  const order = yield* sortInSteps(
    listed.slice(0, length),
    (x, y) =>
      (scores[y] as number) - (scores[x] as number) ||
      (counts[y] as number) - (counts[x] as number) ||
      (table.itemIdOf(x) < table.itemIdOf(y) ? -1 : 1),
  )
  return yield* listOf(table, rows, order, (row) => scores[row] as number)
}
