import type { Item, RatingEvent, RatingScale } from '../../models/events/types.ts'
import { filmOf, MOVIELENS, ratingOf } from './fields.ts'
import { type Context, type Format, parseLines } from './records.ts'

/** IMDb's points. */
const MOVIETWEETINGS: RatingScale = { min: 0, max: 10, positiveFrom: 8 }

const RATING = /^[^:\n]+::[^:\n]+::[\d.]+::\d+\r?$/m
const FILM = /^\d+::.*\(\d{4}\)\s*::/m
/** MovieTweetings names films by their IMDb number, which has seven digits or more; MovieLens' ids are shorter. */
const IMDB_RATING = /^[^:\n]+::\d{7,}::/m

/** MovieLens' and MovieTweetings' files without a header, fields between double colons; undefined: neither. */
export function datFormat(head: string, { dataset, updatedAt }: Context): Format | undefined {
  const common = { header: false, quoted: false }
  if (RATING.test(head)) {
    const parse = (text: string): RatingEvent | string => {
      const [user = '', item = '', value = '', time, ...more] = text.split('::')
      if (time === undefined || more.length > 0) return 'not user::item::rating::seconds'
      return ratingOf(dataset, user, item, value, time)
    }
    const scale = IMDB_RATING.test(head) ? MOVIETWEETINGS : MOVIELENS
    return { ...common, kind: 'ratings', scale, read: (lines) => parseLines(lines, parse) }
  }
  if (FILM.test(head)) {
    const parse = (text: string): Item | string => {
      // A title may hold colons: its fields are what stands between the first pair and the last.
      const [, item = '', title = '', genres = ''] = /^(.*?)::(.*)::(.*)$/.exec(text) ?? []
      return title === '' ? 'not item::title (year)::genres' : filmOf(item, title, genres, updatedAt)
    }
    return { ...common, kind: 'items', scale: undefined, read: (lines) => parseLines(lines, parse) }
  }
  return undefined
}
