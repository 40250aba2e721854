import { HALF_LIVES_MS } from './decay.ts'
import { mergeStatistics } from './item-statistics.ts'
import type { Steps } from './layout.ts'
import { mergeRaters } from './raters.ts'
import type { ItemStatistics, Rater } from './types.ts'

const COUNT = 0
const SUM = 1
const POSITIVES = 2
const DECAYED_AT = 3
const DECAYED = 4
/** Numbers of an item. */
const WIDTH = DECAYED + HALF_LIVES_MS.length
/** Rows to a page: a partition has only those pages that something stands on, and none is ever copied. */
const PAGE_ROWS = 4096
/** Rows summed up in a step: a millisecond. */
const SETTLED_IN_A_STEP = 512

/**
 * The statistics of all partitions and their sums, in numbers side by side: a tenth of what as many objects take. Every item
 * that was ever heard of has a row, the same one for good.
 */
export interface StatisticsTable {
  /** Rows in use. */
  rows(): number
  itemIdOf(row: number): string
  rowOf(itemId: string): number | undefined
  /** @param statistics  of the item in this partition; undefined, or a count of 0: nobody rates it there any more */
  set(partition: number, itemId: string, statistics: ItemStatistics | undefined): void
  /** Counts how often something was set. */
  version(): number
  /** Items that are rated in this partition. */
  itemsOf(partition: number): Generator<string, undefined>
  /** Of all partitions, with raters. @returns undefined: nobody rates the item */
  of(itemId: string): ItemStatistics | undefined
  /** Of all partitions. */
  positivesOf(itemId: string): number
  /** Sums up what was set since. */
  settle(): Steps<MergedColumns>
}

/** Statistics of all partitions, number by number, as they were settled: for whoever goes through all rows. */
export interface MergedColumns {
  count(row: number): number
  sum(row: number): number
  positives(row: number): number
  decayedAt(row: number): number
  /** @param window  index into HALF_LIVES_MS */
  decayed(row: number, window: number): number
}

export function createStatisticsTable(partitions: number): StatisticsTable {
  const itemIds: string[] = []
  const rowOf = new Map<string, number>()
  const ofPartition = Array.from({ length: partitions }, createColumns)
  /** By partition and row. Few have any. */
  const raters = Array.from({ length: partitions }, () => new Map<number, readonly Rater[]>())
  const merged = createColumns()
  /** Rows that were set and not summed up since: reading a partition whole would otherwise sum each row once a partition. */
  const unsettled = new Set<number>()
  let version = 0

  function rowFor(itemId: string): number {
    const known = rowOf.get(itemId)
    if (known !== undefined) return known
    rowOf.set(itemId, itemIds.length)
    return itemIds.push(itemId) - 1
  }

  function settleRow(row: number): void {
    let sum: ItemStatistics | undefined
    for (const columns of ofPartition) {
      const statistics = columns.read(row)
      if (statistics) sum = sum ? mergeStatistics(sum, statistics) : statistics
    }
    merged.write(row, sum)
    unsettled.delete(row)
  }

  /** The row of an item, summed up. */
  function settledRow(itemId: string): number | undefined {
    const row = rowOf.get(itemId)
    if (row !== undefined && unsettled.has(row)) settleRow(row)
    return row
  }

  const columns: MergedColumns = {
    count: (row) => merged.number(row, COUNT),
    sum: (row) => merged.number(row, SUM),
    positives: (row) => merged.number(row, POSITIVES),
    decayedAt: (row) => merged.number(row, DECAYED_AT),
    decayed: (row, window) => merged.number(row, DECAYED + window),
  }

  return {
    rows: () => itemIds.length,
    itemIdOf: (row) => itemIds[row] as string,
    rowOf: (itemId) => rowOf.get(itemId),
    set(partition, itemId, statistics) {
      const row = rowFor(itemId)
      ofPartition[partition]?.write(row, statistics)
      if (statistics?.raters) raters[partition]?.set(row, statistics.raters)
      else raters[partition]?.delete(row)
      unsettled.add(row)
      version++
    },
    version: () => version,
    *itemsOf(partition) {
      for (let row = 0; row < itemIds.length; row++) {
        if ((ofPartition[partition]?.number(row, COUNT) ?? 0) > 0) yield itemIds[row] as string
      }
      return undefined
    },
    of(itemId) {
      const row = settledRow(itemId)
      if (row === undefined) return undefined
      const statistics = merged.read(row)
      const all = raters.flatMap((ofRow) => {
        const standing = ofRow.get(row)
        return standing ? [standing] : []
      })
      return statistics && all.length > 0 ? { ...statistics, raters: all.reduce(mergeRaters) } : statistics
    },
    positivesOf(itemId) {
      const row = settledRow(itemId)
      return row === undefined ? 0 : columns.positives(row)
    },
    *settle() {
      let settled = 0
      for (const row of unsettled) {
        settleRow(row)
        if (++settled % SETTLED_IN_A_STEP === 0) yield
      }
      return columns
    },
  }
}

/** Statistics without raters, by row. */
function createColumns() {
  const pages: (Float64Array | undefined)[] = []

  return {
    number: (row: number, field: number): number =>
      pages[Math.floor(row / PAGE_ROWS)]?.[(row % PAGE_ROWS) * WIDTH + field] ?? 0,

    read(row: number): ItemStatistics | undefined {
      const page = pages[Math.floor(row / PAGE_ROWS)]
      const at = (row % PAGE_ROWS) * WIDTH
      if (!page || page[at + COUNT] === 0) return undefined
      return {
        count: page[at + COUNT] as number,
        sum: page[at + SUM] as number,
        positives: page[at + POSITIVES] as number,
        decayed: HALF_LIVES_MS.map((_, window) => page[at + DECAYED + window] as number),
        decayedAt: page[at + DECAYED_AT] as number,
      }
    },

    write(row: number, statistics: ItemStatistics | undefined): void {
      const number = Math.floor(row / PAGE_ROWS)
      let page = pages[number]
      if (!page) {
        if (!statistics) return
        page = new Float64Array(PAGE_ROWS * WIDTH)
        pages[number] = page
      }
      const at = (row % PAGE_ROWS) * WIDTH
      if (!statistics) return void page.fill(0, at, at + WIDTH)
      const { count, sum, positives, decayedAt, decayed } = statistics
      page[at + COUNT] = count
      page[at + SUM] = sum
      page[at + POSITIVES] = positives
      page[at + DECAYED_AT] = decayedAt
      page.set(decayed, at + DECAYED)
    },
  }
}
