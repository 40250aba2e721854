import { createGrowing } from './growing.ts'
import type { Steps } from './layout.ts'

/** Entries to a step: a millisecond at most. */
const STEP_ENTRIES = 32_768

/** Which rows have a number of a range in one field. */
export interface SortedNumbers {
  /** Rows whose number is from `least` to `greatest`. */
  rowsIn(least: number, greatest: number): Int32Array
}

/** Collects them. */
export function collectNumbers() {
  const rows = createGrowing((length) => new Int32Array(length))
  const numbers = createGrowing((length) => new Float64Array(length))
  return {
    add(row: number, number: number): void {
      rows.push(row)
      numbers.push(number)
    },
    build: () => sortNumbers(rows.all(), numbers.all()),
  }
}

/** Different numbers in ascending order, each with its rows: number n stands in rows starts[n] … starts[n+1]−1. */
function* sortNumbers(rows: Int32Array, numbers: Float64Array): Steps<SortedNumbers> {
  const order = yield* sortedEntries(numbers)
  const different = createGrowing((length) => new Float64Array(length))
  const starts = createGrowing((length) => new Int32Array(length))
  const ordered = new Int32Array(order.length)
  let last = Number.NaN
  for (let n = 0; n < order.length; n++) {
    const entry = order[n] as number
    const number = numbers[entry] as number
    ordered[n] = rows[entry] as number
    if (number !== last) {
      different.push(number)
      starts.push(n)
      last = number
    }
    if (n % STEP_ENTRIES === 0) yield
  }
  starts.push(order.length)
  return sortedNumbers(different.all().slice(), starts.all().slice(), ordered)
}

/** In a scope of its own, which keeps nothing else from being collected. */
const sortedNumbers = (values: Float64Array, starts: Int32Array, rows: Int32Array): SortedNumbers => ({
  rowsIn(least, greatest) {
    const first = countBelow(values, least, false)
    const end = Math.max(first, countBelow(values, greatest, true))
    return rows.subarray(starts[first], starts[end])
  },
})

const DIGIT_BITS = 16
const DIGITS = 64 / DIGIT_BITS

/** The entries in ascending order of their numbers, ties by entry: a radix sort that passes over digits which are all alike. */
function* sortedEntries(numbers: Float64Array): Steps<Int32Array> {
  const halves = new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length)
  /** Of bits that order as the numbers do: those of negative ones are turned over, the others get a sign. */
  function digitOf(entry: number, digit: number): number {
    const high = halves[2 * entry + 1] as number
    const isNegative = high >>> 31 === 1
    const isHigh = 2 * digit >= DIGITS
    const half = isHigh ? high : (halves[2 * entry] as number)
    const bits = isNegative ? ~half : isHigh ? half ^ 0x80000000 : half
    return (bits >>> (DIGIT_BITS * (digit % (DIGITS / 2)))) & (2 ** DIGIT_BITS - 1)
  }

  let order = new Int32Array(numbers.length)
  for (let n = 0; n < order.length; n++) order[n] = n
  let spare = new Int32Array(numbers.length)
  for (let digit = 0; digit < DIGITS; digit++) {
    const next = new Int32Array(2 ** DIGIT_BITS)
    for (let n = 0; n < order.length; n++) {
      ;(next[digitOf(n, digit)] as number)++
      if (n % STEP_ENTRIES === 0) yield
    }
    if (next[digitOf(0, digit)] === order.length) continue
    for (let value = 0, before = 0; value < next.length; value++) {
      const count = next[value] as number
      next[value] = before
      before += count
    }
    for (let n = 0; n < order.length; n++) {
      const entry = order[n] as number
      const value = digitOf(entry, digit)
      spare[next[value] as number] = entry
      ;(next[value] as number)++
      if (n % STEP_ENTRIES === 0) yield
    }
    ;[order, spare] = [spare, order]
  }
  return order
}

/** How many of the sorted values are below the bound, or on it. */
function countBelow(values: Float64Array, bound: number, orOnIt: boolean): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const value = values[middle] as number
    if (value < bound || (orOnIt && value === bound)) low = middle + 1
    else high = middle
  }
  return low
}
