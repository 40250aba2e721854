import type { EventLog, Position } from '../infra/event-log/port.ts'
import type { Metrics } from '../infra/metrics.ts'
import { encodeEvent } from '../models/events/codec.ts'
import { encodeToken } from '../models/events/token.ts'
import type { Item, RatingEvent, UserErased } from '../models/events/types.ts'

export type Publisher = ReturnType<typeof createPublisher>

/** Puts events on the log. Each method resolves when they are durable, and throws `UnavailableError` when the log does not answer. */
export function createPublisher(log: EventLog, metrics: Metrics) {
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
    async items(items: readonly Item[]): Promise<Position[]> {
      const records = items.map((item) => ({ key: item.itemId, value: encodeEvent(item) }))
      const positions = await log.append('items', records)
      metrics.eventsAccepted.inc({ type: 'item' }, items.length)
      return positions
    },

    /** @returns where the deletion stands */
    async deleteItem(itemId: string): Promise<Position> {
      const [position] = await log.append('items', [{ key: itemId, value: null }])
      metrics.eventsAccepted.inc({ type: 'item-deleted' })
      return position as Position
    },
  }
}
