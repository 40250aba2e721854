import type { EventLog, Position } from '../infra/event-log/port.ts'
import type { Metrics } from '../infra/metrics.ts'
import { encodeEvent } from '../models/events/codec.ts'
import { encodeToken } from '../models/events/token.ts'
import type { Item, RatingEvent, UserErased } from '../models/events/types.ts'
import { createTurns } from './turns.ts'

export type Publisher = ReturnType<typeof createPublisher>

/** Puts events on the log. Each method resolves when they are durable, and throws `UnavailableError` when the log does not answer. */
export function createPublisher(log: EventLog, metrics: Metrics) {
  const inTurn = createTurns()

  async function appendItems(items: readonly Item[]): Promise<Position[]> {
    const records = items.map((item) => ({ key: item.itemId, value: encodeEvent(item) }))
    const positions = await log.append('items', records)
    metrics.eventsAccepted.inc({ type: 'item' }, items.length)
    return positions
  }

  async function appendDeletion(itemId: string): Promise<Position> {
    const [position] = await log.append('items', [{ key: itemId, value: null }])
    metrics.eventsAccepted.inc({ type: 'item-deleted' })
    return position as Position
  }

  /** @param item  null deletes it */
  async function writeItem(itemId: string, item: Item | null): Promise<Position> {
    return item ? ((await appendItems([item]))[0] as Position) : appendDeletion(itemId)
  }

  return {
    /** @returns where each of them stands */
    async users(events: readonly (RatingEvent | UserErased)[]): Promise<Position[]> {
      const records = events.map((event) => ({ key: event.userId, value: encodeEvent(event) }))
      const positions = await log.append('ratings', records)
      for (const [type, { length }] of Map.groupBy(events, ({ type }) => type))
        metrics.eventsAccepted.inc({ type }, length)
      return positions
    },

    /** What makes a read wait for the events at these positions. */
    token: (positions: readonly Position[]): string => encodeToken(log.identity.id, positions),

    /** The same of items. */
    itemsToken: (positions: readonly Position[]): string => encodeToken(log.identity.id, [], positions),

    /** @returns where each of them stands */
    items(items: readonly Item[]): Promise<Position[]> {
      const itemIds = items.map(({ itemId }) => itemId)
      return inTurn(itemIds, () => appendItems(items))
    },

    /** @returns where the deletion stands */
    deleteItem: (itemId: string): Promise<Position> => inTurn([itemId], () => appendDeletion(itemId)),

    /** Reads an item and writes it while nobody else here writes it. @param change  is given what writes it; null deletes it */
    changeItem: <T>(
      itemId: string,
      change: (write: (item: Item | null) => Promise<Position>) => Promise<T>,
    ): Promise<T> => inTurn([itemId], () => change((item) => writeItem(itemId, item))),
  }
}
