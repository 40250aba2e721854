import type { RatingEvent } from '../../models/events/types.ts'
import { ratingOf } from './fields.ts'
import { type Context, type Format, parseLines } from './records.ts'

/** One JSON object a line, with the fields of a csv file; undefined: the first line is no object. */
export function ndjsonFormat(firstLine: string, { dataset }: Context): Format | undefined {
  if (!firstLine.trimStart().startsWith('{')) return undefined
  const parse = (text: string): RatingEvent | string => {
    const record = parseObject(text)
    if (record === undefined) return 'not a JSON object'
    const user = record.userId
    const item = record.itemId ?? record.movieId
    const value = record.value ?? record.rating
    const time = record.occurredAt ?? record.timestamp
    if (!isScalar(user)) return 'userId is neither a string nor a number'
    if (!isScalar(item)) return 'itemId is neither a string nor a number'
    if (typeof value !== 'number') return 'value is not a number'
    if (!isScalar(time)) return 'occurredAt is neither a string nor a number'
    return ratingOf(dataset, String(user), String(item), String(value), String(time))
  }
  return {
    kind: 'ratings',
    scale: undefined,
    header: false,
    quoted: false,
    read: (lines) => parseLines(lines, parse),
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const isScalar = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number'
