import type { InteractionRows } from './model.ts'

/** Ratings as rows of users: row r is user userIds[r], its items ascending; of several ratings of a pair, the latest. */
export interface RatingTable extends InteractionRows {
  /** Sorted. */
  readonly userIds: readonly string[]
  /** Sorted: item n is itemIds[n], so item order is the order of ids. */
  readonly itemIds: readonly string[]
  /** ms since 1970 of each value; all 0 where the data has no times. */
  readonly times: Float64Array
  /** A value is positive from here on. */
  readonly positiveFrom: number
}

/** Gathers ratings, in any order, into a table. Twenty bytes a rating while it gathers. */
export function ratingTableBuilder(positiveFrom: number) {
  const userNumbers = new Map<string, number>()
  const itemNumbers = new Map<string, number>()
  let users = new Int32Array(1024)
  let items = new Int32Array(1024)
  let values = new Float32Array(1024)
  let times = new Float64Array(1024)
  let count = 0

  /** @param time ms since 1970, 0 where the data has none */
  function add(userId: string, itemId: string, value: number, time: number): void {
    if (count === users.length) {
      users = doubled(users, Int32Array)
      items = doubled(items, Int32Array)
      values = doubled(values, Float32Array)
      times = doubled(times, Float64Array)
    }
    users[count] = numberOf(userId, userNumbers)
    items[count] = numberOf(itemId, itemNumbers)
    values[count] = value
    times[count++] = time
  }

  /** The table of all that was added. */
  function finish(): RatingTable {
    const [userIds, rowOf] = sortedIds(userNumbers)
    const [itemIds, columnOf] = sortedIds(itemNumbers)
    const column = (n: number): number => columnOf[items[n] as number] as number
    const order = groupedBy(users.subarray(0, count), rowOf)
    const starts = new Int32Array(userIds.length + 1)
    const kept = new Int32Array(count)
    let length = 0
    for (let row = 0; row < userIds.length; row++) {
      const entries = order.entries.subarray(order.starts[row], order.starts[row + 1])
      // Of the same pair the latest comes last; of the same time, what was added last.
      entries.sort((m, n) => column(m) - column(n) || (times[m] as number) - (times[n] as number) || m - n)
      entries.forEach((n, at) => {
        const next = entries[at + 1]
        if (next === undefined || column(next) !== column(n)) kept[length++] = n
      })
      starts[row + 1] = length
    }
    const entries = kept.subarray(0, length)
    return {
      rows: userIds.length,
      starts,
      items: Int32Array.from(entries, column),
      values: Float32Array.from(entries, (n) => values[n] as number),
      times: Float64Array.from(entries, (n) => times[n] as number),
      userIds,
      itemIds,
      positiveFrom,
    }
  }

  return { add, finish }
}

function numberOf(id: string, numbers: Map<string, number>): number {
  const number = numbers.get(id) ?? numbers.size
  if (number === numbers.size) numbers.set(id, number)
  return number
}

function doubled<T extends Int32Array | Float32Array | Float64Array>(array: T, type: new (length: number) => T): T {
  const larger = new type(2 * array.length)
  larger.set(array)
  return larger
}

/** Ids in order, and the place of each number's id among them. */
function sortedIds(numbers: ReadonlyMap<string, number>): [ids: string[], placeOf: Int32Array] {
  const ids = [...numbers.keys()].sort()
  const placeOf = new Int32Array(ids.length)
  ids.forEach((id, place) => {
    placeOf[numbers.get(id) as number] = place
  })
  return [ids, placeOf]
}

/** Entries by the place of their number: a counting sort. */
function groupedBy(numbers: Int32Array, placeOf: Int32Array): { starts: Int32Array; entries: Int32Array } {
  const starts = new Int32Array(placeOf.length + 1)
  for (const number of numbers) (starts[(placeOf[number] as number) + 1] as number)++
  for (let place = 0; place < placeOf.length; place++) (starts[place + 1] as number) += starts[place] as number
  const next = starts.slice()
  const entries = new Int32Array(numbers.length)
  numbers.forEach((number, n) => {
    const place = placeOf[number] as number
    entries[next[place] as number] = n
    ;(next[place] as number)++
  })
  return { starts, entries }
}
