import { z } from '@hono/zod-openapi'
import type { RatingScale } from '../models/events/types.ts'
import type { Filter } from '../models/ranking/filter.ts'
import { checkField, checkFilter, MAX_CONDITIONS, MAX_DEPTH, MAX_VALUES } from '../models/ranking/filter-limits.ts'
import type { Selection } from './engine/request.ts'
import { ratingValue } from './ratings.ts'
import { flag, genre, itemId, paging, repeated, ruled, shortList, userId } from './schemas.ts'

const MAX_IDS = 1_000
const MAX_GROUP = 50
const MAX_BOOSTS = 20
const MAX_CAPS = 10
const MAX_PINS = 100
/** Positions that any list can have. */
const MAX_POSITION = 10_000

export const itemIds = shortList(itemId, MAX_IDS)

const scalar = z.union([z.string(), z.number(), z.boolean()])
const field = ruled(z.string(), checkField).openapi({
  description: 'One of itemId, title, genres, year, available, updatedAt, or `attributes.` and a name',
})

const expression: z.ZodType<Filter, Filter> = z
  .lazy(() =>
    z.union([
      z.strictObject({ all: z.array(expression) }),
      z.strictObject({ any: z.array(expression) }),
      z.strictObject({ not: z.array(expression) }),
      z.strictObject({
        field,
        has: scalar.optional(),
        in: z.array(scalar).optional().openapi({ maxItems: MAX_VALUES }),
        gte: z.number().optional(),
        lte: z.number().optional(),
      }),
    ]),
  )
  .openapi('Filter', {
    description: `Items that all, any or none of some filters let through; or those whose field has a value, has one of a list, or is in a range. At most ${MAX_DEPTH} deep, with ${MAX_CONDITIONS} conditions`,
  })

/** Looked at before it is read: a body of 8 MiB can nest filters until there is no stack left. */
export const filter = z.preprocess((value, context) => {
  const faults = checkFilter(value)
  for (const { message, path } of faults) context.addIssue({ code: 'custom', message, path: [...path] })
  return faults.length > 0 ? z.NEVER : value
}, expression)

export const explain = z.boolean().optional().openapi({
  description: 'Say with each item which ratings contributed how much',
})

/** What a list may hold, for lists that are asked for by a body. */
export const selection = {
  limit: z.int().min(1).max(1000).default(10),
  skip: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  genre,
  filter: filter.optional(),
  exclude: itemIds.optional(),
  boost: shortList(z.strictObject({ filter, factor: z.number().positive().max(1e6) }), MAX_BOOSTS)
    .optional()
    .openapi({ description: 'Multiplies the scores of what fits; a score below zero is divided' }),
  decay: z
    .strictObject({ field, halfLifeDays: z.number().positive().max(1e6) })
    .optional()
    .openapi({
      description: 'Halves a score for so many days of age, by `year`, `updatedAt` or an attribute that holds a time',
    }),
  pin: shortList(z.strictObject({ itemId, position: z.int().min(0).max(MAX_POSITION) }), MAX_PINS)
    .optional()
    .openapi({ description: 'Items at fixed places of the whole list, counted from 0' }),
  caps: shortList(z.strictObject({ field, max: z.int().min(1).max(1000) }), MAX_CAPS)
    .optional()
    .openapi({ description: 'At most so many items of each value of a field' }),
  diversity: z.number().min(0).max(1).optional().openapi({
    description: 'How far unlikeness to the items above counts: 0 not at all, 1 alone',
  }),
  lessKnown: z.number().min(0).max(1).optional().openapi({
    description: 'Share of the list from outside the most popular fifth of the items',
  }),
}

export const contextItemId = itemId.optional().openapi({
  description: 'What they are looking at: it counts as much as all their ratings together, and is not in the list',
})

/** What a list for a user may be asked with by its address. */
export const listParameters = {
  ...paging,
  genre,
  contextItemId,
  exclude: repeated(itemId),
  includeKnown: flag.openapi({ description: 'Recommend what the user has rated, too' }),
  explain: flag.openapi({ description: 'Say with each item which ratings contributed how much' }),
}

/** Ratings that are asked about and not stored. */
export const givenRatings = (scale: RatingScale) =>
  shortList(z.strictObject({ itemId, value: ratingValue(scale) }), MAX_IDS)

export const group = shortList(userId, MAX_GROUP)

/** A genre is one more filter. */
export function withGenre<S extends Pick<Selection, 'filter'> & { genre?: string | undefined }>({
  genre,
  ...selection
}: S): Omit<S, 'genre'> & { filter: Filter | undefined } {
  if (genre === undefined) return { ...selection, filter: selection.filter }
  const ofGenre: Filter = { field: 'genres', has: genre }
  return { ...selection, filter: selection.filter ? { all: [selection.filter, ofGenre] } : ofGenre }
}
