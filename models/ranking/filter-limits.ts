import { ATTRIBUTE, FIELDS, MAX_TEXT_LENGTH } from './filter.ts'
import { isTime } from './filter-times.ts'

export const MAX_DEPTH = 8
export const MAX_CONDITIONS = 100
export const MAX_VALUES = 1_000
/** More faults help nobody. */
const MAX_FAULTS = 20

const GROUPS = ['all', 'any', 'not'] as const
const COMPARISONS = ['has', 'in', 'gte', 'lte'] as const

/** What is wrong with one part of a filter. */
export interface FilterFault {
  /** Where, from the filter on: ["all", 0, "field"] */
  readonly path: (string | number)[]
  readonly message: string
}

/**
 * Whether something is a filter, of a size that is worth answering. It is looked at no deeper than filters go, so that one
 * nested without end does no harm.
 *
 * @returns what is wrong, the first 20 faults of it; nothing: it is a `Filter`
 */
export function checkFilter(filter: unknown): FilterFault[] {
  const faults: FilterFault[] = []
  let groups = 0
  let conditions = 0

  function say(path: FilterFault['path'], message: string | undefined): void {
    if (message !== undefined && faults.length < MAX_FAULTS) faults.push({ path, message })
  }

  function check(node: unknown, path: FilterFault['path'], depth: number): void {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) say(path, 'Expected an object')
    else if (depth > MAX_DEPTH) say(path, `Nested deeper than ${MAX_DEPTH}`)
    else {
      const group = GROUPS.find((name) => Object.hasOwn(node, name))
      const known: readonly string[] = group ? [group] : ['field', ...COMPARISONS]
      for (const name of Object.keys(node)) if (!known.includes(name)) say([...path, name], 'Unknown field')
      if (group) checkGroup(Reflect.get(node, group), [...path, group], depth)
      else if (++conditions > MAX_CONDITIONS) say(path, `More than ${MAX_CONDITIONS} conditions`)
      else checkCondition(node, path)
    }
  }

  function checkGroup(parts: unknown, path: FilterFault['path'], depth: number): void {
    if (++groups > MAX_CONDITIONS) say(path, `More than ${MAX_CONDITIONS} groups`)
    else if (!Array.isArray(parts)) say(path, 'Expected a list of filters')
    else
      for (const [n, part] of parts.entries()) {
        if (faults.length >= MAX_FAULTS || conditions > MAX_CONDITIONS || groups > MAX_CONDITIONS) break
        check(part, [...path, n], depth + 1)
      }
  }

  function checkCondition(node: object, path: FilterFault['path']): void {
    const { field, has, in: oneOf, gte, lte } = node as Record<string, unknown>
    if (field === undefined) say(path, `Expected ${GROUPS.join(', ')} or field`)
    else say([...path, 'field'], checkField(field))
    if (field !== undefined && COMPARISONS.every((name) => Reflect.get(node, name) === undefined))
      say(path, `Expected one of ${COMPARISONS.join(', ')}`)
    const check = (value: unknown): string | undefined => checkValue(value, kindOf(field))
    if (has !== undefined) say([...path, 'has'], check(has))
    if (oneOf !== undefined) {
      const isList = Array.isArray(oneOf) && oneOf.length <= MAX_VALUES
      if (!isList) say([...path, 'in'], `Expected a list of at most ${MAX_VALUES} values`)
      else for (const [n, value] of oneOf.entries()) say([...path, 'in', n], check(value))
    }
    if (gte !== undefined) say([...path, 'gte'], checkBound(field, gte))
    if (lte !== undefined) say([...path, 'lte'], checkBound(field, lte))
  }

  check(filter, [], 1)
  return faults
}

/** @returns what is wrong with the name of a field, if anything: also of those that caps go by */
export function checkField(field: unknown): string | undefined {
  const isKnown =
    typeof field === 'string' &&
    (Object.hasOwn(FIELDS, field) || (field.startsWith(ATTRIBUTE) && field.length > ATTRIBUTE.length))
  if (isKnown && field.length <= MAX_TEXT_LENGTH) return undefined
  return `Expected one of ${Object.keys(FIELDS).join(', ')}, or ${ATTRIBUTE}NAME`
}

type Kind = (typeof FIELDS)[keyof typeof FIELDS]

/** undefined: any, since attributes hold what they like. */
function kindOf(field: unknown): Kind | undefined {
  return typeof field === 'string' && Object.hasOwn(FIELDS, field) ? FIELDS[field as keyof typeof FIELDS] : undefined
}

function checkBound(field: unknown, bound: unknown): string | undefined {
  const kind = kindOf(field) ?? 'number'
  return kind === 'number' || kind === 'time' ? checkValue(bound, kind) : `${field} is not a number`
}

const A_KIND = { string: 'a text', number: 'a number', boolean: 'true or false' } as const
const A_TIME = 'Expected ISO 8601 with a zone, or milliseconds since 1970'

function checkValue(value: unknown, kind: Kind | undefined): string | undefined {
  if (kind === 'time') return isTime(value) ? undefined : A_TIME
  const isFit = kind === undefined ? Object.hasOwn(A_KIND, typeof value) : typeof value === kind
  if (!isFit) return `Expected ${kind === undefined ? Object.values(A_KIND).join(', ') : A_KIND[kind]}`
  if (typeof value === 'number' && !Number.isFinite(value)) return 'Expected a finite number'
  if (typeof value === 'string' && value.length > MAX_TEXT_LENGTH) return `More than ${MAX_TEXT_LENGTH} characters`
  return undefined
}
