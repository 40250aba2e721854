import fc from 'fast-check'
import { anyText, nearSchema, type Schema } from './near-schema.fixture.ts'

/** What is read here of an OpenAPI document. */
export interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<Record<string, unknown>>
}

export interface AnyRequest {
  /** With its query. */
  readonly path: string
  readonly init: RequestInit & { readonly method: string }
}

/** Requests to one route that fit what the document says of it in most places; each place is filled with anything now and then. */
export function anyRequest(
  method: string,
  path: string,
  { parameters = [], requestBody }: Operation,
  { components }: Described,
): fc.Arbitrary<AnyRequest> {
  const near = (schema: Schema) => nearSchema(schema, components.schemas)
  const placed = (place: string) =>
    parameters.filter((parameter) => parameter.in === place).map(({ name, schema }) => [name, written(schema)] as const)

  const named = placed('query').map(([name, value]) => fc.tuple(fc.constant(name), value))
  const query = fc.array(
    fc.oneof(...named.map((arbitrary) => ({ weight: 9, arbitrary })), fc.tuple(anyText, anyText)),
    {
      maxLength: 4,
    },
  )
  const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => sent(type, schema))
  const body = bodies.length === 0 ? fc.constant<Body>({}) : fc.oneof(...bodies)

  return fc
    .tuple(fc.record(Object.fromEntries(placed('path'))), query, fc.record(Object.fromEntries(placed('header'))), body)
    .map(([ids, pairs, headers, { type, body }]) => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(ids[name] as string))
      const search = pairs.length === 0 ? '' : `?${new URLSearchParams(pairs.map(([name, value]) => [name, value]))}`
      // What no client can send in a header is not there to be refused.
      const sendable = Object.entries(headers).map(([name, value]) => [
        name,
        value.replaceAll(/[^\x20-\x7e]/g, '').trim(),
      ])
      return {
        path: filled + search,
        init: {
          method: method.toUpperCase(),
          headers: { ...Object.fromEntries(sendable), ...(type !== undefined && { 'content-type': type }) },
          ...(body !== undefined && { body }),
        },
      }
    })

  /** As it stands in a path, a query or a header. */
  function written(schema: Schema): fc.Arbitrary<string> {
    const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
    const values = schema.items ? near(schema.items) : near(schema)
    return fc.oneof({ weight: 9, arbitrary: values.map(text) }, { weight: 1, arbitrary: anyText })
  }

  function sent(type: string, schema: Schema): fc.Arbitrary<Body> {
    const one = near(schema).map((value) => JSON.stringify(value))
    const lines = fc.array(fc.oneof(one, anyText)).map((lines) => lines.join('\n'))
    return fc.oneof(
      { weight: 12, arbitrary: (type.endsWith('ndjson') ? lines : one).map((body) => ({ type, body })) },
      fc.uint8Array().map((bytes) => ({ type, body: Uint8Array.from(bytes) })),
      anyText.map((body) => ({ type, body })),
      fc.constantFrom('text/plain', 'multipart/form-data', '/', '').map((type) => ({ type, body: '{}' })),
      fc.constantFrom({}, { type }, { type: '' }, { body: '{}' }),
    )
  }
}

interface Body {
  readonly type?: string
  readonly body?: string | Uint8Array<ArrayBuffer>
}
