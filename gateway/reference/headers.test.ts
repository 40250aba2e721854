import { afterAll, beforeAll, expect, it } from 'vitest'
import { readApiKeys, sha256 } from '../api-keys.ts'
import { generationOf, openTestGateway, type TestGateway } from '../gateway.fixture.ts'
import { NDJSON } from '../lines.ts'
import { EXAMPLES, type Example } from './examples.ts'

/** Of transport, which OpenAPI leaves out, and those of which the document says that every answer has them. */
const UNTOLD = new Set([
  ...['content-type', 'content-length', 'transfer-encoding', 'vary', 'content-security-policy'],
  ...['cross-origin-resource-policy', 'referrer-policy', 'x-content-type-options'],
])
const ALL = { authorization: 'Bearer all' }
const entry = (key: string, scopes: string, rate = '') => `${key}:${scopes}:${sha256(key).toString('hex')}${rate}`

let gateway: TestGateway
beforeAll(async () => {
  const keys = readApiKeys(
    [entry('all', 'ingest+read+admin'), entry('slow', 'ingest+read+admin', ':0.001'), entry('other', 'ingest')].join(),
  )
  gateway = await openTestGateway({ settings: { apiKeys: { current: () => keys } } })
  gateway.serve(generationOf('g1', { '260': [1, 0], '1': [0, 1], '589': [1, 1] }))
})
afterAll(() => gateway.stop())

interface Operation {
  readonly operationId: keyof typeof EXAMPLES
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Record<string, { readonly headers?: Record<string, unknown> }>
}
async function operations() {
  const { body } = await gateway.get('/openapi.json')
  const { paths } = body as { paths: Record<string, Record<string, Operation>> }
  return Object.values(paths).flatMap((methods) =>
    Object.entries(methods).map(([method, operation]) => ({ method, operation })),
  )
}

/** @returns status and headers; a body may stream for ever */
async function ask(method: string, { url, body, lines }: Example, headers: Record<string, string>) {
  const asking = new AbortController()
  const sent = lines ? lines.map((line) => JSON.stringify(line)).join('\n') : body && JSON.stringify(body)
  const answer = await gateway.app.request(url, {
    method: method.toUpperCase(),
    headers: { ...headers, ...(sent !== undefined && { 'content-type': lines ? NDJSON : 'application/json' }) },
    ...(typeof sent === 'string' && { body: sent }),
    signal: asking.signal,
  })
  await answer.body?.cancel()
  asking.abort()
  return { status: String(answer.status), headers: answer.headers }
}

it('every header of every answer stands in the document, and those that it promises come', async () => {
  const seen = new Set<string>()
  for (const { method, operation } of await operations()) {
    const bad = (example: Example) => ({ ...example, url: example.url.replace(/(\?.*)?$/, '?limit=0&nothing=1') })
    for (const example of EXAMPLES[operation.operationId])
      for (const answer of [
        await ask(method, example, {}),
        await ask(method, example, { authorization: 'Bearer other' }),
        await ask(method, example, { authorization: 'Bearer slow' }),
        await ask(method, example, ALL),
        await ask(method, bad(example), ALL),
      ]) {
        const { status, headers } = answer
        const named = `${operation.operationId} ${status}`
        const declared = operation.responses[status]
        expect(declared, named).toBeDefined()
        const told = new Set(Object.keys(declared?.headers ?? {}).map((name) => name.toLowerCase()))
        for (const name of headers.keys()) if (!UNTOLD.has(name)) expect(told, `${named} ${name}`).toContain(name)
        for (const name of told) expect(headers.has(name), `${named} lacks ${name}`).toBe(true)
        seen.add(status)
      }
  }
  for (const status of ['200', '202', '400', '401', '403', '404', '429']) expect(seen).toContain(status)
})

it('a list that did not change is told by the headers that the document names', async () => {
  const url = '/v1/users/1/recommendations'
  const first = await ask('get', { url }, ALL)
  const again = await ask('get', { url }, { ...ALL, 'if-none-match': first.headers.get('etag') as string })
  expect(again.status).toBe('304')
  const found = (await operations()).find(({ operation }) => operation.operationId === 'userRecommendations')
  expect(found?.operation.parameters).toContainEqual(expect.objectContaining({ name: 'If-None-Match', in: 'header' }))
  for (const name of Object.keys(found?.operation.responses[304]?.headers ?? {}))
    expect(again.headers.has(name), name).toBe(true)
  expect(again.headers.get('etag')).toBe(first.headers.get('etag'))
})

it('every example is what its route takes', async () => {
  for (const { method, operation } of await operations())
    for (const example of EXAMPLES[operation.operationId]) {
      // What is asked by a variable is asked in the test of the README; backups ask for the token of a folder.
      if (example.url.includes('$') || operation.operationId === 'adminBackUp') continue
      const { status } = await ask(method, example, ALL)
      // Nothing was loaded: much is not found here.
      expect(['400', '405', '413', '415', '500'], `${operation.operationId} ${example.url}`).not.toContain(status)
    }
})
