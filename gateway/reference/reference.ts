import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { App } from './context.ts'
import { PROBLEMS } from './problems.ts'

const INFO = {
  openapi: '3.1.0',
  info: {
    title: 'foldstream',
    version: '1',
    description: 'Recommendations from a stream of ratings: post what users rate, ask what they may like.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{ key: [] }],
}

type Document = ReturnType<App['getOpenAPI31Document']>

/** The part of an OpenAPI operation that the page shows. */
interface Operation {
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses?: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
}
interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema?: unknown
}
type Content = Readonly<Record<string, { readonly schema?: unknown }>>

/** Adds /openapi.json and a page to read it by, which loads nothing from anywhere. */
export function addReference(app: App): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' })
  const document = app.getOpenAPI31Document(INFO)
  requireBodies(document)
  const page = String(render(document))
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'`
  app.get('/openapi.json', (c) => c.json(document))
  app.get('/docs', async (c) => {
    c.header('Content-Security-Policy', policy)
    return c.html(page)
  })
}

/** Every body is needed. zod-openapi must not be told so of those that may be lines, too: it would read them as one JSON text. */
function requireBodies({ paths = {} }: Document): void {
  for (const { put, post } of Object.values(paths))
    for (const body of [put?.requestBody, post?.requestBody]) if (body && 'content' in body) body.required = true
}

function render(document: Document) {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation })),
  )
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags ?? []))]
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>foldstream: HTTP reference</title><style>${raw(STYLE)}</style></head>
<body>
<header><h1>foldstream</h1><p>${document.info.description}</p><p><a href="/openapi.json">openapi.json</a> says the same to programs.</p></header>
<main>
${tags.map((tag) => html`<h2>${tag}</h2>${operations.filter(({ operation }) => operation.tags?.includes(tag)).map(renderOperation)}`)}
<h2>Problems</h2>
<p>A failure is a document of type <code>application/problem+json</code>; its <code>type</code> leads here.</p>
<dl>${Object.entries(PROBLEMS).map(([kind, { status, title }]) => html`<dt id="${kind}"><code>${kind}</code></dt><dd>${status}: ${title}.</dd>`)}</dl>
<h2>Schemas</h2>
${Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => html`<details id="schema-${name}"><summary>${name}</summary>${renderSchema(schema)}</details>`)}
</main>
</body>
</html>`
}

function renderOperation({ path, method, operation }: { path: string; method: string; operation: Operation }) {
  const { summary, description, parameters = [], requestBody, responses = {} } = operation
  return html`<details>
<summary><b>${method.toUpperCase()}</b> <code>${path}</code> ${summary}</summary>
${description ? html`<p>${description}</p>` : ''}
${parameters.length > 0 ? html`<h3>Parameters</h3><dl>${parameters.map(renderParameter)}</dl>` : ''}
${requestBody ? html`<h3>Body</h3>${renderContent(requestBody.content)}` : ''}
<h3>Answers</h3><dl>${Object.entries(responses).map(([status, answer]) => html`<dt>${status}</dt><dd>${answer.description}${answer.content ? renderContent(answer.content) : ''}</dd>`)}</dl>
</details>`
}

function renderParameter({ name, in: place, required, description, schema }: Parameter) {
  return html`<dt><code>${name}</code> in ${place}${required ? ', required' : ''}</dt><dd>${description ?? ''}${renderSchema(schema)}</dd>`
}

function renderContent(content: Content) {
  return Object.entries(content).map(([type, { schema }]) => html`<p>${type}</p>${renderSchema(schema)}`)
}

/** A schema as it stands in the document; what it refers to is a link. */
function renderSchema(schema: unknown) {
  const parts = JSON.stringify(schema, null, 2).split(/"#\/components\/schemas\/(\w+)"/)
  return html`<pre>${parts.map((part, i) => (i % 2 === 0 ? part : html`<a href="#schema-${part}">${part}</a>`))}</pre>`
}

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:60rem;padding:1rem}
details{border-top:1px solid #8886;padding:.4rem 0}
summary{cursor:pointer}
pre{overflow-x:auto;background:#8882;padding:.5rem;margin:.3rem 0}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}
dd{margin-left:1.5rem}
h3{font-size:1rem;margin:.6rem 0 0}`
