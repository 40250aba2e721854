import { ATTRIBUTE, FIELDS, MAX_TEXT_LENGTH } from '../models/ranking/filter.ts'
import { MAX_CONDITIONS, MAX_DEPTH, MAX_VALUES } from '../models/ranking/filter-limits.ts'
import { MAX_TOTAL_CONDITIONS, MAX_TOTAL_VALUES } from '../models/ranking/filter-totals.ts'

const NUMBER = { type: 'number' as const }
const TIME = { anyOf: [NUMBER, { type: 'string' as const, format: 'date-time' }] }
const VALUES = {
  string: { type: 'string', maxLength: MAX_TEXT_LENGTH },
  number: NUMBER,
  boolean: { type: 'boolean' },
  time: TIME,
} as const
type Kind = keyof typeof VALUES
/** Kinds of which one comes before another. */
const BOUNDS: Partial<Record<Kind, typeof NUMBER | typeof TIME>> = { number: NUMBER, time: TIME }

const fieldsOf = (kind: Kind) => Object.keys(FIELDS).filter((name) => FIELDS[name as keyof typeof FIELDS] === kind)
const attributeName = `${ATTRIBUTE.replace('.', '\\.')}[\\s\\S]+`

const condition = <F extends object, V extends object>(
  field: F,
  value: V,
  bound: typeof NUMBER | typeof TIME | undefined,
) => ({
  type: 'object' as const,
  properties: {
    field,
    has: value,
    in: { type: 'array' as const, items: value, maxItems: MAX_VALUES },
    ...(bound && { gte: bound, lte: bound }),
  },
  required: ['field'],
  // A field that nothing is asked of.
  minProperties: 2,
  additionalProperties: false,
})

const groupOf = (name: 'all' | 'any' | 'not') => ({
  type: 'object' as const,
  properties: { [name]: { type: 'array' as const, items: { $ref: '#/components/schemas/Filter' } } },
  required: [name],
  additionalProperties: false,
})

/** What `checkField` lets through. */
export const FIELD = {
  type: 'string',
  maxLength: MAX_TEXT_LENGTH,
  pattern: `^(?:${Object.keys(FIELDS).join('|')}|${attributeName})$`,
  description: `One of ${Object.keys(FIELDS).join(', ')}, or \`${ATTRIBUTE}\` and a name`,
} as const

/** What `checkFilter` lets through, but for how deep and how many they are. */
export const FILTER = {
  type: 'object' as const,
  anyOf: [
    ...(['all', 'any', 'not'] as const).map(groupOf),
    ...(['string', 'number', 'boolean', 'time'] as const).map((kind) =>
      condition({ type: 'string' as const, enum: fieldsOf(kind) }, VALUES[kind], BOUNDS[kind]),
    ),
    condition(
      { type: 'string' as const, maxLength: MAX_TEXT_LENGTH, pattern: `^${attributeName}$` },
      { anyOf: [VALUES.string, NUMBER, VALUES.boolean] },
      NUMBER,
    ),
  ],
  description: `Items that all, any or none of some filters let through; or those whose field has a value, has one of a list, or is in a range. At most ${MAX_DEPTH} deep, with ${MAX_CONDITIONS} conditions; all filters of a request together, ${MAX_TOTAL_CONDITIONS} conditions and ${MAX_TOTAL_VALUES} values`,
}
