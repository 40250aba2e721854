import type { AttributeValue, Item } from '../events/types.ts'
import { folded } from './folded.ts'

export type Scalar = string | number | boolean

/** One field of an item, compared; of several comparisons all must hold. */
export interface Condition<Bound = number> {
  /** One of `FIELDS`, or `attributes.` and the name of an attribute. */
  readonly field: string
  /** The value, or one of the list. */
  readonly has?: Scalar | undefined
  readonly in?: readonly Scalar[] | undefined
  readonly gte?: Bound | undefined
  readonly lte?: Bound | undefined
}

/**
 * Which items may be listed: those that all of them match, any of them, none of them (`not`). `all` of nothing is everything,
 * `any` of nothing is nothing. An item that nobody described has no fields, so no condition holds of it.
 */
export type Filter<Bound = number> =
  | { readonly all: readonly Filter<Bound>[] }
  | { readonly any: readonly Filter<Bound>[] }
  | { readonly not: readonly Filter<Bound>[] }
  | Condition<Bound>

/** Fields that every item has, and what they hold. A text stands for one or several; a time is in ms since 1970. */
export const FIELDS = {
  itemId: 'string',
  title: 'string',
  genres: 'string',
  year: 'number',
  available: 'boolean',
  updatedAt: 'time',
} as const
export const ATTRIBUTE = 'attributes.'
/** Longer texts, such as plots, are nothing to compare with. */
export const MAX_TEXT_LENGTH = 1_000

/** What an item has in a field, as it is compared: texts without case and accents, except ids. */
export function valuesOf(item: Item | undefined, field: string): readonly Scalar[] {
  const value = item && rawValue(item, field)
  if (value === undefined || value === null) return []
  const values: readonly Scalar[] = typeof value === 'object' ? value : [value]
  return values.filter(isComparable).map((one) => comparable(field, one))
}

function rawValue(item: Item, field: string): AttributeValue | null | undefined {
  if (Object.hasOwn(FIELDS, field)) return item[field as keyof typeof FIELDS]
  const name = field.slice(ATTRIBUTE.length)
  return field.startsWith(ATTRIBUTE) && Object.hasOwn(item.attributes, name) ? item.attributes[name] : undefined
}

export const isComparable = (value: Scalar): boolean => typeof value !== 'string' || value.length <= MAX_TEXT_LENGTH

/** One value of a filter, to be compared with those of items. */
export function comparable(field: string, value: Scalar): Scalar {
  return typeof value === 'string' && field !== 'itemId' ? folded(value) : value
}

export const isCondition = <B>(filter: Filter<B>): filter is Condition<B> => 'field' in filter

/** Tells whether the filter lets an item through. */
export function matcher(filter: Filter): (item: Item | undefined) => boolean {
  if (isCondition(filter)) return conditionMatcher(filter)
  if ('all' in filter) {
    const parts = filter.all.map(matcher)
    return (item) => parts.every((matches) => matches(item))
  }
  const parts = ('any' in filter ? filter.any : filter.not).map(matcher)
  const isAny = 'any' in filter
  return (item) => parts.some((matches) => matches(item)) === isAny
}

function conditionMatcher({ field, has, in: oneOf, gte, lte }: Condition): (item: Item | undefined) => boolean {
  const wanted = has === undefined ? undefined : comparable(field, has)
  const several = oneOf && new Set(oneOf.map((value) => comparable(field, value)))
  return (item) => {
    const values = valuesOf(item, field)
    if (values.length === 0) return false
    if (wanted !== undefined && !values.includes(wanted)) return false
    if (several && !values.some((value) => several.has(value))) return false
    if (gte !== undefined && !values.some((value) => typeof value === 'number' && value >= gte)) return false
    return lte === undefined || values.some((value) => typeof value === 'number' && value <= lte)
  }
}
