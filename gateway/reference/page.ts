import { html, raw } from 'hono/html'
import { PROBLEMS } from '../problems.ts'
import { type Document, type Operation, operationsOf, type Schema } from './document.ts'
import { fieldsOf, marked, row, typeOf } from './schema-text.ts'
import { STYLE } from './style.ts'

type Placed = ReturnType<typeof operationsOf>[number]

/** The document as a page that runs no script and loads nothing: a line a route, which opens. */
export function pageOf(document: Document): string {
  const byTag = Map.groupBy(operationsOf(document), ({ operation }) => operation.tags?.[0] ?? 'Others')
  const schemas = Object.entries((document.components?.schemas ?? {}) as Record<string, Schema>)
  const tags = [...byTag.keys()]
  return String(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>foldstream: HTTP reference</title><style>${raw(STYLE)}</style></head>
<body>
<header>
<h1>foldstream</h1>
${document.info.description?.split('\n\n').map((text) => html`<p>${marked(text)}</p>`)}
<p><a href="/openapi.json">openapi.json</a> says the same to programs. A star marks what has to be there.</p>
<nav>${[...tags, 'Problems', 'Schemas'].map((tag) => html`<a href="#${tag}">${tag}</a> `)}</nav>
</header>
<main>
${[...byTag].map(([tag, operations]) => html`<section><h2 id="${tag}">${tag}</h2>${operations.map(renderOperation)}</section>`)}
<section><h2 id="Problems">Problems</h2>
<p>A failure is a document of type <code>application/problem+json</code>; its <code>type</code> leads here.</p>
<table>${Object.entries(PROBLEMS).map(([kind, { status, title }]) => html`<tr id="${kind}"><td>${status}</td><td><code>${kind}</code></td><td>${title}</td></tr>`)}</table></section>
<section><h2 id="Schemas">Schemas</h2>
${schemas.map(renderSchema)}</section>
</main>
</body>
</html>`)
}

function renderOperation({ path, method, operation }: Placed) {
  const { operationId, summary, description, parameters = [], requestBody, responses, security = [] } = operation
  const samples = operation['x-codeSamples'] ?? []
  const scopes = security.flatMap((one) => one.key ?? [])
  return html`<details>
<summary><b>${method.toUpperCase()}</b> <code>${path}</code> <span>${summary}</span></summary>
<div id="${operationId}">
${description ? html`<p>${marked(description)}</p>` : ''}
<p>${scopes.length > 0 ? html`Scope ${scopes.join(' or ')}` : 'Open to anybody'} · <code>${operationId}</code></p>
${samples.map(({ label, source }) => html`<pre>${label ? `# ${label}\n` : ''}${source}</pre>`)}
${parameters.length > 0 ? html`<h3>Parameters</h3><table>${parameters.map(({ name, in: place, required, schema = {}, description }) => row(place === 'query' ? name : `${name} (${place})`, required === true, schema, description))}</table>` : ''}
${requestBody ? html`<h3>Body</h3>${renderContent(requestBody.content)}` : ''}
<h3>Answers</h3>${renderAnswers(responses)}
</div>
</details>`
}

/** Successes with what they hold, failures in one line: they are all of one form. */
function renderAnswers(responses: Operation['responses']) {
  const answers = Object.entries(responses)
  const isProblem = ([, { content }]: (typeof answers)[number]) => content?.['application/problem+json'] !== undefined
  const problems = answers.filter(isProblem).map(([status]) => {
    const [kind] = Object.entries(PROBLEMS).find(([, problem]) => String(problem.status) === status) ?? []
    return html`<a href="#${kind}">${status}</a> `
  })
  return html`${answers
    .filter((answer) => !isProblem(answer))
    .map(
      ([status, { description, content, headers = {} }]) =>
        html`<p>${status}: ${marked(description)}. <small>${Object.keys(headers).join(', ')}</small></p>${content ? renderContent(content) : ''}`,
    )}
${problems.length > 0 ? html`<p>Problems: ${problems}</p>` : ''}`
}

function renderContent(content: NonNullable<Operation['requestBody']>['content']) {
  return Object.entries(content).map(([type, { schema }]) => html`<p>${type}: ${typeOf(schema)}</p>`)
}

function renderSchema([name, schema]: [string, Schema]) {
  return html`<details><summary><code>${name}</code></summary><div id="schema-${name}">
${schema.description ? html`<p>${marked(String(schema.description))}</p>` : ''}${fieldsOf(schema) ?? typeOf(schema)}</div></details>`
}
