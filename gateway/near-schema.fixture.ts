import fc from 'fast-check'

/** A JSON Schema, as it stands in an OpenAPI document. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

/** What breaks programs more often than chance would try it. */
const TROUBLE = [
  ...['', ' ', '.', '..', '/', '%', '\\', '?', '#', '&=', '+', '\0', '\n', '\r\n', '\ufeff', '\u2028', '\u202e', '"'],
  ...[
    'é',
    'e\u0301',
    '😀',
    'x'.repeat(128),
    'x'.repeat(129),
    'null',
    'undefined',
    'NaN',
    'true',
    '[]',
    '{}',
    "'; --",
    '../../etc/passwd',
  ],
  ...['-0', '-1', '1.5', '0x10', '1e999', '9007199254740993', '__proto__', 'constructor', 'toString', 'popular'],
]

/** Text of whole characters, whichever they are: JSON, paths and queries can carry no others. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  fc.constantFrom(...TROUBLE),
)

const anyNumber = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(-0, 1e308, 2 ** 53))
const anyJson = fc.oneof(fc.jsonValue({ maxDepth: 4 }), anyText, anyNumber)

/** Below this a schema that holds itself gets any JSON. */
const MAX_DEPTH = 6

/** Values that fit a schema in most places, and are anything in the others. @param named  what `$ref` leads to, by name */
export function nearSchema(schema: Schema, named: Readonly<Record<string, Schema>>): fc.Arbitrary<unknown> {
  return near(schema, 0)

  function near(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    if (depth > MAX_DEPTH) return anyJson
    return fc.oneof({ weight: 9, arbitrary: fitting(schema, depth) }, { weight: 1, arbitrary: anyJson })
  }

  function fitting({ $ref, properties, items, ...schema }: Schema, depth: number): fc.Arbitrary<unknown> {
    const alternatives = schema.anyOf ?? schema.oneOf ?? schema.allOf
    if ($ref !== undefined) return near(named[$ref.split('/').at(-1) as string] as Schema, depth + 1)
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
    if (alternatives !== undefined) return fc.oneof(...alternatives.map((each) => near(each, depth + 1)))
    if (items !== undefined) return fc.array(near(items, depth + 1), { maxLength: 4 })
    if (properties === undefined) return fc.oneof(...[schema.type].flat().map(ofType))
    const fields = Object.entries(properties).map(([name, each]) => [name, near(each, depth + 1)])
    return fc.record(Object.fromEntries(fields), { requiredKeys: [] })
  }
}

function ofType(type: string | undefined): fc.Arbitrary<unknown> {
  if (type === 'integer') return fc.integer({ min: -1, max: 20 })
  if (type === 'number') return fc.oneof(fc.integer({ min: -1, max: 5 }), anyNumber)
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  if (type === 'string') return fc.oneof(fc.constantFrom('a', 'b', 'c'), anyText)
  return anyJson
}
