import { z } from '@hono/zod-openapi'
import type { Item } from '../models/events/types.ts'
import { checkAttributes, checkGenre, checkPoster, checkTitle, checkYear } from '../models/events/validation.ts'
import { itemId, printable, ruled, shortList, token } from './schemas/parameters.ts'
import { asSentence } from './wording.ts'

type Attributes = Item['attributes']

/** More misfits of one item are not named: a body can hold a million of them. */
const MAX_MISFITS = 100

/** @param orNull  an attribute may be null, which takes it away */
export const attributesOf = <A extends Readonly<Record<string, unknown>>>(orNull: boolean) =>
  z
    .custom<A>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'Expected an object')
    .superRefine((attributes, context) => {
      const isAttribute = (value: unknown) => (orNull && value === null) || isValue(value)
      const entries = Object.entries(attributes)
      const misfits = entries.filter(([, value]) => !isAttribute(value))
      const message = `Expected a string, a number, a boolean${orNull ? ', null' : ''} or a list of strings`
      for (const [name] of misfits.slice(0, MAX_MISFITS)) context.addIssue({ code: 'custom', path: [name], message })
      // What fits is flat. Writing a misfit as JSON could run out of stack: it may be nested without end.
      const tooLarge = checkAttributes(Object.fromEntries(entries.filter(([, value]) => isValue(value))) as Attributes)
      if (tooLarge !== undefined) context.addIssue({ code: 'custom', message: asSentence(tooLarge) })
    })
    .openapi({
      type: 'object',
      description: 'At most 16 KiB as JSON',
      additionalProperties: {
        anyOf: [
          { type: ['string', 'number', 'boolean', ...(orNull ? ['null' as const] : [])] },
          { type: 'array', items: { type: 'string' } },
        ],
      },
    })

function isValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((element) => typeof element === 'string')
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

/** What is said of an item, by the field. */
export const described = {
  title: ruled(z.string(), checkTitle).openapi(printable(1, 1_000)),
  genres: shortList(ruled(z.string(), checkGenre).openapi(printable(1, 128, '|')), 100),
  year: ruled(z.number(), checkYear).optional().openapi({ type: 'integer', minimum: 0, maximum: 9_999 }),
  poster: ruled(z.string(), checkPoster).optional().openapi({
    description: 'Where a picture of the item is',
    maxLength: 2_048,
    pattern: '^[hH][tT][tT][pP][sS]?:',
  }),
  available: z.boolean().optional().openapi({ default: true, description: 'false hides the item from every list' }),
  attributes: attributesOf<Attributes>(false).optional(),
}

/** An item as it is described under its own path. */
export const itemDescription = z.strictObject(described).openapi('ItemDescription')

const item = z.strictObject({ itemId, ...described }).openapi('Item')

/** An item as clients post it, read as the event that goes onto the log. */
export const itemInput = item.transform((input) => itemEvent(input.itemId, input))

export function itemEvent(itemId: string, input: z.output<typeof itemDescription>): Item {
  const { title, genres, year = null, poster = null, available = true, attributes = {} } = input
  return { type: 'item', itemId, title, genres, year, poster, available, attributes, updatedAt: Date.now() }
}

/** An item as it is answered. */
export const itemAnswer = z
  .object({ itemId, ...described, available: z.boolean(), updatedAt: z.iso.datetime() })
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

export const accepted = z.object({ accepted: z.int(), token }).openapi('Accepted')
