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
 * When an item is from, by a field that `checkTimeField` lets through: a year begins in January; numbers are ms since 1970; texts are
 * ISO 8601, in UTC where they name no zone: every process is to make the same of them.
 *
 * @returns ms since 1970; NaN: nobody said so
 */
export function timeOf(item: Item | undefined, field: string): number {
  const value = item && rawTime(item, field)
  const time = typeof value === 'string' ? timeIn(value) : value
  return typeof time === 'number' && Number.isFinite(time) ? time : Number.NaN
}

/** A year, a month, a day, or a time of a day with its zone, if it names one. */
const ISO_TIME = /^\d{4}(?:-\d\d(?:-\d\d(?<clock>T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?<zone>Z|[+-]\d\d:\d\d)?)?)?)?$/

function timeIn(text: string): number {
  const found = ISO_TIME.exec(text)
  if (!found) return Number.NaN
  const { clock, zone } = found.groups ?? {}
  return Date.parse(clock !== undefined && zone === undefined ? `${text}Z` : text)
}

function rawTime({ year, updatedAt, attributes }: Item, field: string) {
  if (field === 'year') return year === null ? undefined : new Date(0).setUTCFullYear(year, 0)
  if (field === 'updatedAt') return updatedAt
  const name = field.slice(ATTRIBUTE.length)
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined
}
