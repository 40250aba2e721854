import { decodeEvent } from './codec.ts'
import type { Item } from './types.ts'
import { checkItem, inWords } from './validation.ts'

/**
 * A record of topic `items`, read: the item, null for its deletion, or why it is none. Sink and gateways go through here, so that
 * all know the same items: other programs may write to the log.
 */
export function readItem({
  key,
  value,
}: {
  readonly key: string
  readonly value: Uint8Array | null
}): { readonly item: Item | null } | { readonly reason: string } {
  if (value === null) return { item: null }
  try {
    const event = decodeEvent(value)
    if (event.type !== 'item') return { reason: `an event of type ${event.type} does not belong on topic items` }
    if (event.itemId !== key) return { reason: 'the key is not the item id of the event' }
    const reason = inWords(checkItem(event))
    return reason === undefined ? { item: event } : { reason }
  } catch (error) {
    return { reason: (error as Error).message }
  }
}
