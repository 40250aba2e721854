import type { Item } from '../../models/events/types.ts'
import { ATTRIBUTE, MAX_TEXT_LENGTH } from '../../models/ranking/filter.ts'

const FIELDS = ['year', 'updatedAt']

/** @returns what is wrong with the name of a field that is to hold a time, if anything */
export function checkTimeField(field: string): string | undefined {
  const isAttribute = field.startsWith(ATTRIBUTE) && field.length > ATTRIBUTE.length
  if (!FIELDS.includes(field) && !isAttribute) return `Expected ${FIELDS.join(', ')} or ${ATTRIBUTE}NAME`
  return field.length > MAX_TEXT_LENGTH ? `More than ${MAX_TEXT_LENGTH} characters` : undefined
}

/**
 * When an item is from, by a field that `checkTimeField` lets through: a year begins in January; numbers are ms since 1970, and
 * texts what `Date.parse` makes of them.
 *
 * @returns ms since 1970; NaN: nobody said so
 */
export function timeOf(item: Item | undefined, field: string): number {
  const value = item && rawTime(item, field)
  const time = typeof value === 'string' ? Date.parse(value) : value
  return typeof time === 'number' && Number.isFinite(time) ? time : Number.NaN
}

function rawTime({ year, updatedAt, attributes }: Item, field: string) {
  if (field === 'year') return year === null ? undefined : Date.UTC(year, 0)
  if (field === 'updatedAt') return updatedAt
  const name = field.slice(ATTRIBUTE.length)
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined
}
