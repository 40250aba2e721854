import { type Condition, FIELDS, type Filter, isCondition } from './filter.ts'

/** A time of a day with its zone: without one, processes in different places would not agree. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i

/** @returns whether it is a time as a filter may name it: ms since 1970, or ISO 8601 with a zone */
export const isTime = (value: unknown): boolean =>
  typeof value === 'string' ? ISO_TIME.test(value) && !Number.isNaN(Date.parse(value)) : Number.isFinite(value)

/** A filter as it is asked for, by one that `checkFilter` lets through: times may be texts. */
export type AskedFilter = Filter<number | string>

/** @returns the filter with times as items have them, in ms */
export function withTimes(filter: AskedFilter): Filter {
  if (isCondition(filter))
    return FIELDS[filter.field as keyof typeof FIELDS] === 'time' ? inMs(filter) : (filter as Condition)
  if ('all' in filter) return { all: filter.all.map(withTimes) }
  return 'any' in filter ? { any: filter.any.map(withTimes) } : { not: filter.not.map(withTimes) }
}

const msOf = <T>(time: T | string): T | number => (typeof time === 'string' ? Date.parse(time) : time)

function inMs({ field, has, in: oneOf, gte, lte }: Condition<number | string>): Condition {
  return {
    field,
    ...(has !== undefined && { has: msOf(has) }),
    ...(oneOf && { in: oneOf.map(msOf) }),
    ...(gte !== undefined && { gte: msOf(gte) }),
    ...(lte !== undefined && { lte: msOf(lte) }),
  }
}
