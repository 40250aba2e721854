/** How many ratings fall on each hour, day, week, month or year, in UTC; empty ones between are among them. */
export interface Activity {
  readonly unit: Unit
  readonly bars: readonly { readonly from: string; readonly ratings: number }[]
}

export type Unit = 'hour' | 'day' | 'week' | 'month' | 'year'

const HOUR_S = 3_600
const DAY_S = 24 * HOUR_S
const WEEK_S = 7 * DAY_S
/** The first Monday after 1970 began. */
const MONDAY_S = 4 * DAY_S

/** The finest unit whose bars can still be told apart, by how long the data goes on. */
const FITTING: readonly { readonly unit: Unit; readonly upToS: number }[] = [
  { unit: 'hour', upToS: 3 * DAY_S },
  { unit: 'day', upToS: 120 * DAY_S },
  { unit: 'week', upToS: 2 * 366 * DAY_S },
  { unit: 'month', upToS: 30 * 366 * DAY_S },
]

/** @param seconds since 1970, ascending */
export function activityOf(seconds: Uint32Array): Activity {
  const [first, last] = [seconds[0], seconds.at(-1)]
  if (first === undefined || last === undefined) return { unit: 'day', bars: [] }
  const unit = FITTING.find(({ upToS }) => last - first <= upToS)?.unit ?? 'year'
  const bars: { from: string; ratings: number }[] = []
  let at = 0
  for (let from = startOf(first, unit); from <= last; ) {
    const next = nextOf(from, unit)
    const end = firstAtLeast(seconds, next, at)
    bars.push({ from: new Date(from * 1000).toISOString(), ratings: end - at })
    at = end
    from = next
  }
  return { unit, bars }
}

function startOf(second: number, unit: Unit): number {
  const date = new Date(second * 1000)
  if (unit === 'hour') return second - (second % HOUR_S)
  if (unit === 'day') return second - (second % DAY_S)
  if (unit === 'week') return Math.floor((second - MONDAY_S) / WEEK_S) * WEEK_S + MONDAY_S
  return Date.UTC(date.getUTCFullYear(), unit === 'month' ? date.getUTCMonth() : 0) / 1000
}

function nextOf(start: number, unit: Unit): number {
  const date = new Date(start * 1000)
  if (unit === 'hour') return start + HOUR_S
  if (unit === 'day') return start + DAY_S
  if (unit === 'week') return start + WEEK_S
  return unit === 'month'
    ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / 1000
    : Date.UTC(date.getUTCFullYear() + 1, 0) / 1000
}

function firstAtLeast(ascending: Uint32Array, bound: number, from: number): number {
  let [low, high] = [from, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] as number) < bound) low = middle + 1
    else high = middle
  }
  return low
}
