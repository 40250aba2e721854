import type { Offset } from '../../models/events/types.ts'
import type { StateChange } from './port.ts'

type Listener = (change: StateChange) => void

/** Hands every change to every listener, in the order of announcement. A listener must not throw. */
export function createChangeFeed(): { announce: Listener; listen(listener: Listener): () => void } {
  const listeners = new Set<Listener>()
  return {
    announce(change) {
      for (const listener of listeners) listener(change)
    },
    listen(listener) {
      // A function of its own, so that whoever listens twice is called twice and can stop once.
      const own: Listener = (change) => listener(change)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}

/** A message of so many ids is 10 to 500 KB. */
const ITEMS_A_CHANGE = 1_000

/** Word of a batch's statistics, in as many changes as it takes to keep each of them small. */
export function itemChanges(partition: number, counted: Offset, touched: Iterable<string>): StateChange[] {
  const itemIds = [...touched]
  return Array.from({ length: Math.ceil(itemIds.length / ITEMS_A_CHANGE) }, (_, i) => ({
    type: 'items',
    partition,
    counted,
    itemIds: itemIds.slice(i * ITEMS_A_CHANGE, (i + 1) * ITEMS_A_CHANGE),
  }))
}
