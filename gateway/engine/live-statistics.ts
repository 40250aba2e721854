import { setImmediate as yieldToRequests } from 'node:timers/promises'
import type { Logger } from '../../infra/logging.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { Offset } from '../../models/events/types.ts'
import { createStatisticsTable, type StatisticsTable } from '../../models/ranking/statistics-table.ts'
import type { ItemStatistics } from '../../models/ranking/types.ts'

/** What changes together is read together. */
const GATHER_MS = 100
/** In a flood of ratings, reading what changed is put off so that it takes this share of the time, but not for longer. */
const MAX_SHARE = 0.2
const MAX_GATHER_MS = 500
/** Items read, or taken over, at once: a millisecond or less. */
const STEP_ITEMS = 500
/** From one failure to the next try. */
const RETRY_MS = 1_000
/** How often it is made sure that no change went unheard. */
const CHECK_MS = 2_000

export interface LiveStatistics {
  readonly table: StatisticsTable
  /** Reads what is known to have changed. @returns whether every partition has been read at least once */
  catchUp(): Promise<boolean>
  /** The listener hears which items' statistics may have changed, after they did, and must not throw. @returns stops listening */
  onItems(listener: (itemIds: readonly string[]) => void): () => void
  close(): void
}

type Source = Pick<UserState, 'offsets' | 'statistics' | 'readStatistics' | 'changes'>

/**
 * The statistics of all partitions, kept as the user state announces what it counts: read whole at the start and whenever
 * announcements may have been missed, and item by item otherwise. While the user state does not answer they stay as they are.
 */
export function followStatistics(state: Source, partitions: number, logger: Logger): LiveStatistics {
  const table = createStatisticsTable(partitions)
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  /** Partitions that have to be read whole. */
  const unread = new Set(all)
  const everRead = new Set<number>()
  /** By partition: items that changed and were not read since. */
  const touched = all.map(() => new Set<string>())
  /** Counted by partition: as was announced or read here, and as was found at the last check. */
  const heard: Offset[] = all.map(() => -1)
  const found: Offset[] = all.map(() => -1)
  const listeners = new Set<(itemIds: readonly string[]) => void>()
  let checkedAt = Number.NEGATIVE_INFINITY
  let notBefore = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let isFailing = false
  let isClosed = false

  const stop = state.changes((change) => {
    if (change.type === 'items') {
      const { partition, counted, itemIds } = change
      heard[partition] = Math.max(heard[partition] ?? -1, counted)
      for (const itemId of itemIds) touched[partition]?.add(itemId)
      readSoon()
    } else if (change.type === 'gap') {
      for (const partition of all) unread.add(partition)
      readSoon()
    }
  })

  const isBehind = (): boolean => unread.size > 0 || touched.some(({ size }) => size > 0)

  function readSoon(): void {
    if (timer || reading || isClosed) return
    const waitMs = Math.max(GATHER_MS, notBefore - performance.now())
    timer = setTimeout(() => void read(), waitMs)
    timer.unref()
  }

  /** Never rejects. */
  function read(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    reading ??= readAll().finally(() => {
      reading = undefined
      if (isBehind()) readSoon()
    })
    return reading
  }

  async function readAll(): Promise<void> {
    try {
      for (const partition of unread) if (!isClosed) await readWhole(partition)
      const startedAt = performance.now()
      for (const partition of all) if (!isClosed) await readTouched(partition)
      const now = performance.now()
      notBefore = now + Math.min(MAX_GATHER_MS, (now - startedAt) * (1 / MAX_SHARE - 1))
      isFailing = false
    } catch (error) {
      notBefore = performance.now() + RETRY_MS
      if (!isFailing && !isClosed) logger.warn({ err: error }, 'the item statistics stay as they were; read again soon')
      isFailing = true
    }
  }

  async function readWhole(partition: number): Promise<void> {
    // What changes from here on is heard of, and read once more.
    unread.delete(partition)
    try {
      const { counted } = await state.offsets(partition)
      if (isClosed) return
      const statistics = await state.statistics(partition)
      await take(partition, statistics.keys(), (itemId) => statistics.get(itemId))
      const gone = table.itemsOf(partition).filter((itemId) => !statistics.has(itemId))
      await take(partition, gone, () => undefined)
      heard[partition] = Math.max(heard[partition] ?? -1, counted)
      everRead.add(partition)
    } catch (error) {
      unread.add(partition)
      throw error
    }
  }

  async function readTouched(partition: number): Promise<void> {
    const waiting = touched[partition] as Set<string>
    const itemIds = [...waiting]
    waiting.clear()
    for (let from = 0; from < itemIds.length && !isClosed; from += STEP_ITEMS) {
      const some = itemIds.slice(from, from + STEP_ITEMS)
      try {
        const statistics = await state.readStatistics(partition, some)
        const byItem = new Map(some.map((itemId, n) => [itemId, statistics[n]]))
        await take(partition, some, (itemId) => byItem.get(itemId))
      } catch (error) {
        for (const itemId of itemIds.slice(from)) waiting.add(itemId)
        throw error
      }
    }
  }

  async function take(
    partition: number,
    itemIds: Iterable<string>,
    statisticsOf: (itemId: string) => ItemStatistics | undefined,
  ): Promise<void> {
    for (const some of inPieces(itemIds)) {
      if (isClosed) return
      for (const itemId of some) table.set(partition, itemId, statisticsOf(itemId))
      for (const listener of listeners) listener(some)
      await yieldToRequests()
    }
  }

  /**
   * What is counted must have been announced by the next check, and never goes back: otherwise a change went unheard, or the
   * user state is not what it was.
   */
  async function check(): Promise<void> {
    if (performance.now() - checkedAt < CHECK_MS) return
    checkedAt = performance.now()
    for (const partition of all) {
      if (isClosed) return
      const before = heard[partition] ?? -1
      const { counted } = await state.offsets(partition)
      const isMissing = (heard[partition] ?? -1) < (found[partition] ?? -1)
      if (counted < before) heard[partition] = counted
      if (isMissing || counted < before) unread.add(partition)
      found[partition] = counted
    }
  }

  void read()

  return {
    table,
    async catchUp() {
      if (!isClosed && (!isFailing || performance.now() >= notBefore)) {
        await check().catch(() => {})
        // What is being read may have been touched since.
        await reading
        if (isBehind()) await read()
      }
      return everRead.size === partitions
    },
    onItems(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      stop()
    },
  }
}

function* inPieces(itemIds: Iterable<string>): Generator<string[], undefined> {
  let piece: string[] = []
  for (const itemId of itemIds) {
    if (piece.push(itemId) < STEP_ITEMS) continue
    yield piece
    piece = []
  }
  if (piece.length > 0) yield piece
}
