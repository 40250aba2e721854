import type { Item, RatingEvent, RatingScale } from '../../models/events/types.ts'
import { parseCsv } from './csv-records.ts'
import { filmOf, MOVIELENS, parseNumber, ratingOf } from './fields.ts'
import type { Context, Format } from './records.ts'

/** Data without values: that a user and an item met is all that is known, and it is a positive. */
const IMPLICIT: RatingScale = { min: 0, max: 1, positiveFrom: 1 }

const CSV = { header: true, quoted: true } as const

/** Ratings or items, as the header says; undefined: its columns are neither. */
export function csvFormat(header: string, context: Context): Format | undefined {
  const names = header.split(',').map((text) => text.trim().replaceAll('"', ''))
  const columns = names.map((name) => name.replaceAll('_', '').toLowerCase())
  const found = ratingsFormat(columns, context) ?? itemsFormat(columns, context)
  return found && { ...found.format, passedOver: names.filter((_, column) => !found.taken.includes(column)) }
}

interface Found {
  readonly format: Format
  /** Places of the columns that it reads. */
  readonly taken: readonly number[]
}

function ratingsFormat(columns: readonly string[], { dataset }: Context): Found | undefined {
  const user = columns.indexOf('userid')
  const item = either(columns, 'itemid', 'movieid')
  const value = either(columns, 'value', 'rating')
  const time = either(columns, 'occurredat', 'timestamp')
  if (user === -1 || item === -1 || time === -1) return undefined
  // MovieLens' tags.csv has these three columns too, but a tag is no rating.
  const implicit = value === -1 && columns.length === 3
  if (value === -1 && !implicit) return undefined

  const parse = (fields: readonly string[]): RatingEvent | string =>
    miscounted(fields, columns) ??
    ratingOf(dataset, at(fields, user), at(fields, item), implicit ? '1' : at(fields, value), at(fields, time))
  const movieLens = columns[item] === 'movieid' && columns[value] === 'rating'
  const scale = implicit ? IMPLICIT : movieLens ? MOVIELENS : undefined
  const format: Format = { ...CSV, kind: 'ratings', scale, read: (lines) => parseCsv(lines, parse) }
  return { format, taken: [user, item, value, time] }
}

function itemsFormat(columns: readonly string[], { updatedAt }: Context): Found | undefined {
  const item = either(columns, 'itemid', 'movieid')
  const [title, genres, year] = [columns.indexOf('title'), columns.indexOf('genres'), columns.indexOf('year')]
  if (item === -1 || title === -1 || genres === -1) return undefined

  const parse = (fields: readonly string[]): Item | string => {
    const fault = miscounted(fields, columns)
    if (fault !== undefined) return fault
    const film = filmOf(at(fields, item), at(fields, title), at(fields, genres), updatedAt)
    if (year === -1) return film
    const given = at(fields, year).trim()
    return { ...film, title: at(fields, title).trim(), year: given === '' ? null : parseNumber(given) }
  }
  const format: Format = { ...CSV, kind: 'items', scale: undefined, read: (lines) => parseCsv(lines, parse) }
  return { format, taken: [item, title, genres, year] }
}

/** Our own name of a column, or MovieLens'. */
const either = (columns: readonly string[], ...names: string[]): number =>
  columns.findIndex((column) => names.includes(column))

const at = (fields: readonly string[], index: number): string => fields[index] ?? ''

const miscounted = (fields: readonly string[], columns: readonly string[]): string | undefined =>
  fields.length === columns.length ? undefined : `${fields.length} fields where the header has ${columns.length}`
