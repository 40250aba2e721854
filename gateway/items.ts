import { z } from '@hono/zod-openapi'
import type { Item } from '../models/events/types.ts'
import { checkItem } from '../models/events/validation.ts'
import { itemId } from './schemas.ts'

/** How long a write waits until this process has read it back from the log. */
export const CATALOGUE_WAIT_MS = 1_000

const attribute = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())], {
  error: 'Expected a string, a number, a boolean or a list of strings',
})

const description = {
  title: z.string(),
  genres: z.array(z.string()),
  year: z.int().optional(),
  poster: z.string().optional().openapi({ description: 'Where a picture of the item is' }),
  available: z.boolean().optional().openapi({ default: true, description: 'false hides the item from every list' }),
  attributes: z.record(z.string(), attribute).optional(),
}

/** An item as it is described under its own path. */
export const itemDescription = z.strictObject(description).openapi('ItemDescription')

const item = z.strictObject({ itemId, ...description }).openapi('Item')

/** An item as clients post it, read as the event that goes onto the log. */
export const itemInput = item.transform((input, context) => {
  const event = itemEvent(input.itemId, input)
  for (const { path, message } of checkItem(event)) context.addIssue({ code: 'custom', path: [path], message })
  return event
})

export function itemEvent(itemId: string, input: z.output<typeof itemDescription>): Item {
  const { title, genres, year = null, poster = null, available = true, attributes = {} } = input
  return { type: 'item', itemId, title, genres, year, poster, available, attributes, updatedAt: Date.now() }
}

/** An item as it is answered. */
export const itemAnswer = item.extend({ available: z.boolean(), updatedAt: z.iso.datetime() }).openapi('CatalogueItem')

export function answerItem({
  type: _,
  genres,
  year,
  poster,
  attributes,
  updatedAt,
  ...item
}: Item): z.input<typeof itemAnswer> {
  return {
    ...item,
    genres: [...genres],
    ...(year === null ? {} : { year }),
    ...(poster === null ? {} : { poster }),
    attributes: structuredClone(attributes) as Record<string, string | number | boolean | string[]>,
    updatedAt: new Date(updatedAt).toISOString(),
  }
}

export const accepted = z.object({ accepted: z.int() }).openapi('Accepted')
