import type { EventLog, LogRecord, Position } from '../infra/event-log/port.ts'
import type { Logger } from '../infra/logging.ts'
import { readItem } from '../models/events/read-item.ts'
import type { Item } from '../models/events/types.ts'

/** Every item, in memory, as topic `items` tells them. */
export interface Catalogue {
  /** undefined: unknown, or deleted. */
  get(itemId: string): Item | undefined
  /** Those that `get` knows; changes may come while they are gone through. */
  itemIds(): Iterable<string>
  /** Deleted, or not available: never to be recommended. An item that nobody described is not hidden. */
  isHidden(itemId: string): boolean
  /** Those that `isHidden` is true of. */
  hidden(): Iterable<string>
  /** The listener hears of every item whose record is taken in from now on, and must not throw. @returns stops listening */
  onChange(listener: (itemId: string, position: Position) => void): () => void
  /** Records taken in so far: what was made of the catalogue is right as long as this stays. */
  version(): number
  /** @returns whether the record at `position` was delivered in time, and before the signal is aborted */
  reached(position: Position, waitMs: number, signal?: AbortSignal): Promise<boolean>
  /**
   * Waits until it knows what stands on the log by now, of other processes too.
   * @returns whether it did in time
   * @throws UnavailableError when the log does not answer
   */
  current(waitMs: number): Promise<boolean>
  /** Resolves once what stood on the log at the start was read. */
  readonly caughtUp: Promise<void>
  close(): Promise<void>
}

/**
 * Follows topic `items` from its start.
 * @throws UnavailableError when the log does not answer
 */
export async function followCatalogue(log: EventLog, logger: Logger): Promise<Catalogue> {
  const items = new Map<string, Item>()
  const seen = new Map<number, number>()
  const waiting = new Set<() => void>()
  const listeners = new Set<(itemId: string, position: Position) => void>()
  const hidden = new Set<string>()
  let version = 0

  function deliver(records: readonly LogRecord[]): void {
    for (const record of records) {
      version++
      apply(record)
      seen.set(record.partition, record.offset)
    }
    for (const check of waiting) check()
  }

  /** @param item  null: deleted */
  function put(itemId: string, item: Item | null, position: Position): void {
    if (item) items.set(itemId, item)
    else items.delete(itemId)
    if (item?.available) hidden.delete(itemId)
    else hidden.add(itemId)
    for (const listener of listeners) listener(itemId, position)
  }

  function apply(record: LogRecord): void {
    const read = readItem(record)
    const { key, partition, offset } = record
    if ('reason' in read) logger.warn({ partition, offset, reason: read.reason }, 'not an item; passed over')
    else put(key, read.item, { partition, offset })
  }

  function reached({ partition, offset }: Position, waitMs: number, signal?: AbortSignal): Promise<boolean> {
    const isThere = (): boolean => (seen.get(partition) ?? -1) >= offset
    if (isThere() || signal?.aborted) return Promise.resolve(isThere())
    return new Promise((resolve) => {
      const settle = (there: boolean): void => {
        clearTimeout(timer)
        waiting.delete(check)
        signal?.removeEventListener('abort', giveUp)
        resolve(there)
      }
      const giveUp = (): void => settle(false)
      const check = (): void => {
        if (isThere()) settle(true)
      }
      const timer = setTimeout(giveUp, waitMs)
      signal?.addEventListener('abort', giveUp)
      waiting.add(check)
    })
  }

  const tail = await log.tail('items', deliver)

  return {
    get: (itemId) => items.get(itemId),
    itemIds: () => items.keys(),
    isHidden: (itemId) => hidden.has(itemId),
    hidden: () => hidden,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    version: () => version,
    reached,
    async current(waitMs) {
      const deadline = performance.now() + waitMs
      const ends = await log.ends('items')
      const leftMs = Math.max(0, deadline - performance.now())
      const isThere = await Promise.all(
        ends.map((end, partition) => end === 0 || reached({ partition, offset: end - 1 }, leftMs)),
      )
      return isThere.every(Boolean)
    },
    caughtUp: tail.caughtUp,
    close: () => tail.close(),
  }
}
