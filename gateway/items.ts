import { z } from '@hono/zod-openapi'
import type { Item } from '../models/events/types.ts'
import { checkItem } from '../models/events/validation.ts'
import { itemId, shortList } from './schemas.ts'

/** How long a write waits until this process has read it back from the log. */
export const CATALOGUE_WAIT_MS = 1_000

type Attributes = Item['attributes']

/** A fault for the first that does not fit: a body can hold a million of them. */
const attributes = z
  .custom<Attributes>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'Expected an object',
  )
  .superRefine((attributes, context) => {
    const misfit = Object.keys(attributes).find((name) => !isAttribute(attributes[name]))
    if (misfit === undefined) return
    const message = 'Expected a string, a number, a boolean or a list of strings'
    context.addIssue({ code: 'custom', path: [misfit], message })
  })
  .openapi({
    type: 'object',
    description: 'At most 16 KiB as JSON',
    additionalProperties: {
      anyOf: [{ type: ['string', 'number', 'boolean'] }, { type: 'array', items: { type: 'string' } }],
    },
  })

function isAttribute(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((element) => typeof element === 'string')
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

const description = {
  title: z.string(),
  genres: shortList(z.string(), 100),
  year: z.int().optional(),
  poster: z.string().optional().openapi({ description: 'Where a picture of the item is' }),
  available: z.boolean().optional().openapi({ default: true, description: 'false hides the item from every list' }),
  attributes: attributes.optional(),
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
export const itemAnswer = z
  .object({ itemId, ...description, available: z.boolean(), updatedAt: z.iso.datetime() })
  .openapi('CatalogueItem')

export function answerItem({
  type: _,
  genres,
  year,
  poster,
  attributes,
  updatedAt,
  ...item
}: Item): z.output<typeof itemAnswer> {
  return {
    ...item,
    genres: [...genres],
    ...(year === null ? {} : { year }),
    ...(poster === null ? {} : { poster }),
    attributes,
    updatedAt: new Date(updatedAt).toISOString(),
  }
}

export const accepted = z.object({ accepted: z.int() }).openapi('Accepted')
