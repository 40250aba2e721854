import { z } from '@hono/zod-openapi'
import type { RatingScale } from '../models/events/types.ts'
import type { Filter } from '../models/ranking/filter.ts'
import { checkField, checkFilter, type FilterFault } from '../models/ranking/filter-limits.ts'
import { type AskedFilter, withTimes } from '../models/ranking/filter-times.ts'
import { checkTotals } from '../models/ranking/filter-totals.ts'
import { checkTimeField } from './engine/item-times.ts'
import { MAX_CAPPED, MAX_SKIP } from './engine/list.ts'
import type { Selection } from './engine/request.ts'
import { FIELD, FILTER } from './filter-schema.ts'
import { ratingValue } from './ratings.ts'
import {
  flag,
  genre,
  itemId,
  listPaging,
  repeated,
  repeatedUpTo,
  ruled,
  SKIP,
  SKIP_ADVICE,
  shortList,
  text,
  userId,
} from './schemas/parameters.ts'

const MAX_IDS = 1_000
const MAX_GROUP = 50
const MAX_BOOSTS = 20
/** All boosts together, and decay, leave a score that is a number. */
const [MIN_FACTOR, MAX_FACTOR] = [1e-3, 1e3]
/** Days: a quarter of an hour. */
const MIN_HALF_LIFE = 0.01
const MAX_CAPS = 10
const MAX_PINS = 100
/** Positions that any list can have. */
const MAX_POSITION = 10_000

export const itemIds = shortList(itemId, MAX_IDS)
export const someItemIds = shortList(itemId, MAX_IDS, 1)

const field = ruled(z.string(), checkField).openapi(FIELD)

const timeField = ruled(z.string(), checkTimeField).openapi({
  ...FIELD,
  pattern: '^(?:year|updatedAt|attributes\\.[\\s\\S]+)$',
  description:
    '`year`, `updatedAt`, or `attributes.` and the name of one that holds a time: ms since 1970, or a text such as `2026-01-31`',
})

/** Looked at by its own rules, no deeper than filters go: a body of 8 MiB can nest them until there is no stack left. */
const filter = z
  .custom<AskedFilter>()
  .superRefine((value, context) => {
    tell(context, checkFilter(value))
  })
  .transform(withTimes)
  .openapi('Filter', FILTER)

function tell(context: z.RefinementCtx, faults: readonly FilterFault[]): void {
  for (const { message, path } of faults) context.addIssue({ code: 'custom', message, path: [...path] })
}

/** For a body with `selection`: what its filters may ask together, and that nothing is both pinned and excluded. */
export function fittingTogether(
  { filter, boost = [], pin = [], exclude = [] }: Pick<Selection, 'filter' | 'boost' | 'pin' | 'exclude'>,
  context: z.RefinementCtx,
): void {
  const excluded = new Set(exclude)
  for (const [n, { itemId }] of pin.entries())
    if (excluded.has(itemId))
      tell(context, [{ path: ['pin', n, 'itemId'], message: 'Expected an item that is not in `exclude`' }])
  const boosts = boost.map((one, n) => ({ path: ['boost', n, 'filter'], filter: one.filter }))
  tell(context, checkTotals(filter === undefined ? boosts : [{ path: ['filter'], filter }, ...boosts]))
}

const EXPLAIN = 'Say with each item, of the first hundred, which ratings contributed how much'

export const explain = z.boolean().optional().openapi({
  description: EXPLAIN,
})

const TELL = 'Names of attributes that are told of each item, where it has them'
const MAX_TOLD = 20
const attributeName = text(1, 256)

/** What a list may hold, for lists that are asked for by a body. */
export const selection = {
  limit: z.int().min(1).max(1000).default(10),
  skip: z.int().min(0).max(MAX_SKIP, `Expected at most ${MAX_SKIP}${SKIP_ADVICE}`).default(0).openapi(SKIP),
  genre,
  attributes: shortList(attributeName, MAX_TOLD).optional().openapi({ description: TELL }),
  filter: filter.optional(),
  exclude: itemIds.optional(),
  boost: shortList(z.strictObject({ filter, factor: z.number().min(MIN_FACTOR).max(MAX_FACTOR) }), MAX_BOOSTS)
    .optional()
    .openapi({ description: 'Multiplies the scores of what fits; a score below zero is divided' }),
  decay: z
    .strictObject({ field: timeField, halfLifeDays: z.number().min(MIN_HALF_LIFE).max(1e6) })
    .optional()
    .openapi({
      description:
        'Halves a score for so many days of age; what is of unknown age counts as sixty half-lives old, as nothing is older',
    }),
  pin: shortList(z.strictObject({ itemId, position: z.int().min(0).max(MAX_POSITION) }), MAX_PINS)
    .optional()
    .openapi({
      description:
        'Items at fixed places of the whole list, counted from 0, also those that the filter or the genre leaves out and those that the user has rated; caps do not count them. Hidden ones are not placed, and named in `ignored`',
    }),
  caps: shortList(z.strictObject({ field, max: z.int().min(1).max(1000) }), MAX_CAPS)
    .optional()
    .openapi({ description: `At most so many items of each value of a field, of the ${MAX_CAPPED} best` }),
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

/** In the query of a list. */
const exclude = repeated(itemId).openapi({ description: 'Items that are not to be in the list' })

/** For the address of a list: which attributes its items are told with; undefined where none were named. */
const toldAttributes = {
  attributes: repeatedUpTo(attributeName, MAX_TOLD).optional().openapi({ description: TELL }),
}

/** What a list of items may be asked with by its address. */
export const itemListParameters = { ...listPaging, genre, exclude, ...toldAttributes }

/** What a list for a user may be asked with by its address. */
export const listParameters = {
  ...listPaging,
  genre,
  contextItemId,
  exclude,
  includeKnown: flag.openapi({ description: 'Recommend what the user has rated, too' }),
  explain: flag.openapi({ description: EXPLAIN }),
  ...toldAttributes,
}

/** The same, whole. */
export const listQuery = z.strictObject(listParameters)

/** What stands in a query, for `listQuery` to read. */
export function readQuery(query: string): Record<string, string | string[]> {
  const given = new URLSearchParams(query)
  return Object.fromEntries(
    [...new Set(given.keys())].map((name) => {
      const values = given.getAll(name)
      return [name, values.length > 1 ? values : (values[0] as string)]
    }),
  )
}

/** Ratings that are asked about and not stored. */
export const givenRatings = (scale: RatingScale) =>
  shortList(z.strictObject({ itemId, value: ratingValue(scale) }), MAX_IDS)

export const group = shortList(userId, MAX_GROUP, 1)

/** A genre is one more filter. */
export function withGenre<S extends Pick<Selection, 'filter'> & { genre?: string | undefined }>({
  genre,
  ...selection
}: S): Omit<S, 'genre'> & { filter: Filter | undefined } {
  if (genre === undefined) return { ...selection, filter: selection.filter }
  const ofGenre: Filter = { field: 'genres', has: genre }
  return { ...selection, filter: selection.filter ? { all: [selection.filter, ofGenre] } : ofGenre }
}
