import type { z } from '@hono/zod-openapi'

type Issue = Parameters<z.core.$ZodErrorMap>[0]

/** What a type is to who reads of it. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  nan: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}
const FORMATS: Readonly<Record<string, string>> = { uuid: 'a UUID', datetime: 'a time in ISO 8601 with a zone' }
/** What the length of a value is counted in. */
const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' elements' }

/**
 * What zod says of a value that does not fit, in the words of the other faults: what was expected, and what is there instead. A
 * schema that has words of its own is not asked about here.
 */
export function plainWords(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = TYPES[issue.expected] ?? 'something else'
      if (issue.input === undefined) return `Missing: expected ${expected}`
      // 1.5 is a number, and so is what was expected: to say so tells nothing.
      return typeof issue.input === 'number'
        ? `Expected ${expected}`
        : `Expected ${expected}, not ${kindOf(issue.input)}`
    }
    case 'invalid_value':
      return issue.input === undefined ? `Missing: expected ${anyOf(issue.values)}` : `Expected ${anyOf(issue.values)}`
    case 'too_small':
      return `Expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${sizeOf(issue)}`
    case 'too_big':
      return `Expected ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${sizeOf(issue)}`
    case 'invalid_format':
      return `Expected ${FORMATS[issue.format] ?? 'a string of another form'}`
    case 'unrecognized_keys':
      return 'Unknown field'
    default:
      return 'Expected something else'
  }
}

function kindOf(input: unknown): string {
  if (input === null) return 'null'
  if (Array.isArray(input)) return 'a list'
  return typeof input === 'boolean' ? String(input) : (TYPES[typeof input] ?? 'this')
}

/** The unit of a length, or the number that is out of bounds. */
function sizeOf({ origin, input }: { origin: string; input?: unknown }): string {
  return UNITS[origin] ?? (typeof input === 'number' ? `, not ${input}` : '')
}

function anyOf(values: readonly z.core.util.Primitive[]): string {
  const last = String(values.at(-1))
  return values.length === 1 ? last : `${values.slice(0, -1).map(String).join(', ')} or ${last}`
}

/** Faults of events are told in lists, after a colon; here each is a sentence. */
export const asSentence = (message: string): string => message.charAt(0).toUpperCase() + message.slice(1)
