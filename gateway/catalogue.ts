import { messageOf } from '../infra/errors.ts'
import type { EventLog, LogRecord, Position } from '../infra/event-log/port.ts'
import type { Logger } from '../infra/logging.ts'
import { decodeEvent } from '../models/events/codec.ts'
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
  onChange(listener: (itemId: string) => void): () => void
  /** Records taken in so far: what was made of the catalogue is right as long as this stays. */
  version(): number
  /** @returns whether the record at `position` was delivered in time */
  reached(position: Position, waitMs: number): Promise<boolean>
  /** Resolves once what stood on the log at the start was read. */
  readonly caughtUp: Promise<void>
  close(): Promise<void>
}

/**
 * Follows topic `items` from its start.
 * @throws UnavailableError when the log does not answer
 */
export async function followCatalogue(log: EventLog, logger: Logger): Promise<Catalogue> {
  /** null: deleted. */
  const items = new Map<string, Item | null>()
  const seen = new Map<number, number>()
  const waiting = new Set<() => void>()
  const listeners = new Set<(itemId: string) => void>()
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

  function put(itemId: string, item: Item | null): void {
    items.set(itemId, item)
    if (item?.available) hidden.delete(itemId)
    else hidden.add(itemId)
    for (const listener of listeners) listener(itemId)
  }

  function apply({ key, value, partition, offset }: LogRecord): void {
    if (value === null) {
      put(key, null)
      return
    }
    try {
      const event = decodeEvent(value)
      if (event.type === 'item') put(key, event)
      else logger.warn({ partition, offset, type: event.type }, 'not an item; passed over')
    } catch (error) {
      logger.warn({ partition, offset, reason: messageOf(error) }, 'an item that does not decode; passed over')
    }
  }

  const tail = await log.tail('items', deliver)

  return {
    get: (itemId) => items.get(itemId) ?? undefined,
    *itemIds() {
      for (const [itemId, item] of items) if (item) yield itemId
    },
    isHidden: (itemId) => hidden.has(itemId),
    hidden: () => hidden,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    version: () => version,
    reached({ partition, offset }, waitMs) {
      const isThere = (): boolean => (seen.get(partition) ?? -1) >= offset
      if (isThere()) return Promise.resolve(true)
      return new Promise((resolve) => {
        const settle = (there: boolean): void => {
          clearTimeout(timer)
          waiting.delete(check)
          resolve(there)
        }
        const check = (): void => {
          if (isThere()) settle(true)
        }
        const timer = setTimeout(() => settle(false), waitMs)
        waiting.add(check)
      })
    },
    caughtUp: tail.caughtUp,
    close: () => tail.close(),
  }
}
