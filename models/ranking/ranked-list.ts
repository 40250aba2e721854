import type { Steps } from './layout.ts'

/** Rows looked at in a step: a fraction of a millisecond. */
const STEP_ROWS = 8192

/** Where a list has its items from: each has a row for good, and there may come more. */
export interface Rows {
  /** Rows in use. */
  rows(): number
  itemIdOf(row: number): string
  rowOf(itemId: string): number | undefined
}

/** Items by a score, greatest first; ties by number of ratings, then by item id. */
export interface RankedItems {
  readonly length: number
  readonly rows: Rows
  /** The row at each place, from the best on. */
  readonly order: Int32Array
  /** The place of a row; −1: not in the list. */
  placeOf(row: number): number
  scoreAt(place: number): number
  /** Of as many as there are asked for. */
  values(): Generator<{ readonly itemId: string; readonly score: number }, undefined>
  /** undefined: not in the list */
  scoreOf(itemId: string): number | undefined
  /** The same list, every score times a positive factor. */
  scaled(factor: number): RankedItems
  /** The places down to a score, that one included. */
  downTo(score: number): RankedItems
}

/**
 * @param count    of rows
 * @param order    rows that are listed, from the best on
 * @param scoreOf  of a row that is listed
 */
export function* listOf(
  rows: Rows,
  count: number,
  order: Int32Array,
  scoreOf: (row: number) => number,
): Steps<RankedItems> {
  const places = new Int32Array(count).fill(-1)
  const scores = new Float64Array(order.length)
  for (let place = 0; place < order.length; place++) {
    if (place % STEP_ROWS === 0) yield
    const row = order[place] as number
    places[row] = place
    scores[place] = scoreOf(row)
  }
  return asList({ rows, order, places, scores }, 1)
}

interface Placed {
  readonly rows: Rows
  /** Of what is listed. */
  readonly order: Int32Array
  /** By row; a place past the end of `order` is none. */
  readonly places: Int32Array
  /** By place. */
  readonly scores: Float64Array
}

function asList(placed: Placed, factor: number): RankedItems {
  const { rows, order, places, scores } = placed
  const placeOf = (row: number): number => {
    // Rows may have come since.
    const place = places[row] ?? -1
    return place < order.length ? place : -1
  }
  const scoreAt = (place: number): number => (scores[place] as number) * factor

  function placesDownTo(score: number): number {
    let [from, to] = [0, order.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (scoreAt(middle) >= score) from = middle + 1
      else to = middle
    }
    return from
  }

  return {
    length: order.length,
    rows,
    order,
    placeOf,
    scoreAt,
    *values() {
      for (const [place, row] of order.entries()) yield { itemId: rows.itemIdOf(row), score: scoreAt(place) }
      return undefined
    },
    scoreOf(itemId) {
      const row = rows.rowOf(itemId)
      const place = row === undefined ? -1 : placeOf(row)
      return place < 0 ? undefined : scoreAt(place)
    },
    scaled: (by) => asList(placed, factor * by),
    downTo: (score) => asList({ ...placed, order: order.subarray(0, placesDownTo(score)) }, factor),
  }
}

/** A list of nothing. */
export const NO_ITEMS: RankedItems = asList(
  {
    rows: { rows: () => 0, itemIdOf: () => '', rowOf: () => undefined },
    order: new Int32Array(),
    places: new Int32Array(),
    scores: new Float64Array(),
  },
  1,
)
