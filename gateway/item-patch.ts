import { z } from '@hono/zod-openapi'
import type { Item } from '../models/events/types.ts'
import { attributesOf, described } from './items.ts'

const { title, genres, year, poster, available } = described

type PatchedAttributes = Readonly<Record<string, Item['attributes'][string] | null>>

/** A JSON merge patch (RFC 7396) of an item: what is left out stays, and null takes away what need not be there. */
export const itemPatch = z
  .strictObject({
    title: title.optional(),
    genres: genres.optional(),
    year: year.nullable(),
    poster: poster.nullable(),
    available: available.nullable(),
    attributes: attributesOf<PatchedAttributes>(true).nullable().optional(),
  })
  .openapi('ItemPatch')

export type ItemPatch = z.output<typeof itemPatch>

/** What becomes of an item by a patch. */
export function patched(item: Item, { attributes, available, ...patch }: ItemPatch): Item {
  const { title = item.title, genres = item.genres, year = item.year, poster = item.poster } = patch
  return {
    ...item,
    title,
    genres,
    year,
    poster,
    available: available === undefined ? item.available : (available ?? true),
    attributes: attributes === undefined ? item.attributes : merged(item.attributes, attributes),
    updatedAt: Date.now(),
  }
}

function merged(attributes: Item['attributes'], patch: PatchedAttributes | null): Item['attributes'] {
  if (patch === null) return {}
  const all = { ...attributes, ...patch }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as Item['attributes']
}

/**
 * What an item is to be where `written` stood in place of `wanted`, and `standing` stands now: what was changed since stays, the rest
 * becomes what was wanted.
 */
export function repaired(written: Item, wanted: Item, standing: Item): Item {
  const names = Object.keys({ ...written.attributes, ...wanted.attributes, ...standing.attributes })
  const attributes = names.map((name): [string, unknown] => [name, unlessChanged((item) => item.attributes[name])])
  return {
    ...standing,
    title: unlessChanged((item) => item.title),
    genres: unlessChanged((item) => item.genres),
    year: unlessChanged((item) => item.year),
    poster: unlessChanged((item) => item.poster),
    available: unlessChanged((item) => item.available),
    attributes: Object.fromEntries(attributes.filter(([, value]) => value !== undefined)) as Item['attributes'],
    updatedAt: Date.now(),
  }

  function unlessChanged<T>(of: (item: Item) => T): T {
    return isSame(of(standing), of(written)) ? of(wanted) : of(standing)
  }
}

/** Whether two items tell the same, whenever they were written. */
export const tellsTheSame = (x: Item, y: Item): boolean => isSame(told(x), told(y))

const told = ({ title, genres, year, poster, available, attributes }: Item) => [
  ...[title, genres, year, poster, available],
  Object.entries(attributes).sort(([x], [y]) => (x < y ? -1 : 1)),
]

const isSame = (x: unknown, y: unknown): boolean => JSON.stringify(x) === JSON.stringify(y)
