import type { Item, RatingEvent, RatingScale } from '../../models/events/types.ts'
import { ratingEventId } from './event-id.ts'

/** MovieLens' stars, ml-1m's whole ones among them. */
export const MOVIELENS: RatingScale = { min: 0.5, max: 5, positiveFrom: 4 }

/** Values below are seconds: as ms they would lie before March 1973, as seconds they reach to the year 5138. */
const SECONDS_BELOW = 1e11

/** A rating of a dataset, with the id it gets at every import. A string says which value cannot be read. */
export function ratingOf(
  dataset: string,
  userId: string,
  itemId: string,
  value: string,
  time: string,
): RatingEvent | string {
  const occurredAt = parseTime(time)
  if (Number.isNaN(occurredAt)) return `time '${time}' is neither seconds nor ms since 1970 nor ISO 8601`
  const number = parseNumber(value)
  if (Number.isNaN(number)) return `value '${value}' is not a number`
  return {
    type: 'rating',
    eventId: ratingEventId(dataset, userId, itemId, occurredAt),
    userId,
    itemId,
    value: number,
    occurredAt,
    recommendationId: null,
  }
}

/** A film as MovieLens and MovieTweetings write it: `Heat (1995)`, `Action|Crime`. */
export function filmOf(itemId: string, titleAndYear: string, genres: string, updatedAt: number): Item {
  const [, title, year] = /^(.*?)\s*\((\d{4})\)\s*$/s.exec(titleAndYear) ?? []
  return {
    type: 'item',
    itemId,
    // A film may be called `(1995)` and nothing else: then the year is its title.
    title: title || titleAndYear.trim(),
    genres: genres === NO_GENRES ? [] : genres.split('|').filter((genre) => genre !== ''),
    year: year === undefined ? null : Number(year),
    poster: null,
    available: true,
    attributes: {},
    updatedAt,
  }
}

const NO_GENRES = '(no genres listed)'

/** @returns ms since 1970, NaN for what is no time. Without a zone, ISO 8601 is read as UTC */
function parseTime(text: string): number {
  const number = parseNumber(text)
  if (!Number.isNaN(number)) return Math.round(Math.abs(number) < SECONDS_BELOW ? number * 1000 : number)
  const [, date, time = 'T00:00', zone = 'Z'] = ISO_8601.exec(text.trim()) ?? []
  return Date.parse(`${date}${time.replace(' ', 'T')}${zone}`)
}

const ISO_8601 = /^(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/

/** An empty text is no number, whatever `Number` says. */
export const parseNumber = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text))
