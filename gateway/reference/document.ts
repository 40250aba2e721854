import type { App } from '../context.ts'
import type { OperationId } from '../routes.ts'
import { SESSION_COOKIE } from '../sessions.ts'
import { curlOf } from './curl.ts'
import { EXAMPLES, type Example } from './examples.ts'
import { COMMON, headersOf } from './headers.ts'

const INFO = {
  openapi: '3.1.0',
  info: {
    title: 'foldstream',
    version: '1',
    description: `Recommendations from a stream of ratings: post what users rate, ask what they may like.

Where there are API keys, send \`Authorization: Bearer KEY\`; \`security\` says which scope a route needs. A failure is a problem document (RFC 9457), whose \`type\` leads to what it is about; a wrong request names every fault by its path. Beside the headers that stand with an answer, every one tells browsers to run and frame nothing of it.`,
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{ key: [] }],
}

export type Document = ReturnType<App['getOpenAPI31Document']>

export interface Operation {
  readonly operationId: OperationId
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly description?: string
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { required?: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, Answer>>
  /** As Redocly's, Scalar's and others' pages know it. */
  'x-codeSamples'?: readonly { readonly lang: string; readonly label?: string; readonly source: string }[]
}
interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema?: Schema
}
interface Answer {
  readonly description: string
  readonly content?: Content
  headers?: Readonly<Record<string, unknown>>
}
type Content = Readonly<Record<string, Media>>
interface Media {
  readonly schema?: Schema
  examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>
}
/** JSON Schema, as far as anybody here looks at it. */
export type Schema = Readonly<Record<string, unknown>>

/** Gives the route that was registered last its name. */
export function nameOperation({ openAPIRegistry }: App, operationId: string): void {
  const last = openAPIRegistry.definitions.at(-1)
  if (last?.type === 'route') last.route.operationId = operationId
}

/** What the routes say of themselves, and what is to be said of all of them. */
export function documentOf(app: App): Document {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' })
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description: 'Of whoever came by the pages: opens what is their own, and what is the same for everybody',
  })
  for (const [name, header] of Object.entries(COMMON)) app.openAPIRegistry.registerComponent('headers', name, header)
  const document = app.getOpenAPI31Document(INFO)
  for (const { method, operation } of operationsOf(document)) {
    // zod-openapi must not be told so of bodies that may be lines, too: it would read them as one JSON text.
    if (operation.requestBody) operation.requestBody.required = true
    for (const [status, answer] of Object.entries(operation.responses))
      answer.headers = {
        ...headersOf(status, answer.content?.['application/problem+json'] !== undefined),
        ...answer.headers,
      }
    show(method, operation)
  }
  return document
}

/** Every operation, in the order of the routes. */
export function operationsOf({ paths = {} }: Document) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as unknown as Record<string, Operation>).map(([method, operation]) => ({
      ...{ path, method, operation },
    })),
  )
}

function show(method: string, operation: Operation): void {
  const examples = EXAMPLES[operation.operationId]
  operation['x-codeSamples'] = examples.map((example) => ({
    lang: 'Shell',
    ...(example.about === undefined ? {} : { label: example.about }),
    source: curlOf(method, example),
  }))
  for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
    const ofType = examples.filter(({ lines }) => (lines !== undefined) === type.includes('ndjson'))
    media.examples = Object.fromEntries(ofType.map((example, n) => [`example${n + 1}`, bodyOf(example)]))
  }
}

/** Of lines the first: the schema is that of one. */
function bodyOf({ about, body, lines }: Example) {
  return { ...(about === undefined ? {} : { summary: about }), value: lines ? lines[0] : body }
}
