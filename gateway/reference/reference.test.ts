import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestGateway, type TestGateway } from '../gateway.fixture.ts'
import { PAGE_ROUTES } from '../web/pages.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
})
afterAll(() => gateway.stop())

interface Parameter {
  name: string
  in: string
  schema: Record<string, unknown>
}
interface Document {
  openapi: string
  paths: Record<
    string,
    Record<
      string,
      { operationId: string; parameters?: Parameter[]; requestBody?: object; responses: Record<string, unknown> }
    >
  >
  components: { schemas: Record<string, { type?: unknown; properties?: Record<string, unknown> }> }
}
const document = async () => (await gateway.get('/openapi.json')).body as Document

/** METHOD /path of every operation that the application answers to programs. */
const answered = () =>
  gateway.app.routes
    .filter(({ method, path }) => method !== 'ALL' && ![...PAGE_ROUTES, '/openapi.json', '/docs'].includes(path))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)

describe('/openapi.json', () => {
  it('describes every route, and no other', async () => {
    const { openapi, paths } = await document()
    expect(openapi).toBe('3.1.0')
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(described.sort()).toEqual([...new Set(answered())].sort())
  })

  it('tells of the routes that the README shows', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const shown = [...readme.matchAll(/^\| `([A-Z]+ \/[^`]*)`/gm)].map(([, route]) => route)
    expect([...new Set(shown)].sort()).toEqual([...new Set(answered())].sort())
  })

  it('tells how far down lists of scores go', async () => {
    const { paths, components } = await document()
    const skip = { type: 'integer', minimum: 0, maximum: 10_000, default: 0, description: expect.any(String) }
    for (const path of [
      'users/{userId}/recommendations',
      'items/{itemId}/similar',
      'items/popular',
      'items/trending',
    ]) {
      const { parameters = [] } = paths[`/v1/${path}`]?.get ?? {}
      expect(parameters.find(({ name }) => name === 'skip')?.schema).toMatchObject(skip)
    }
    for (const body of ['RecommendationRequest', 'SimilarRequest'])
      expect(components.schemas[body]?.properties?.skip).toMatchObject(skip)
  })

  it('names every operation, each by a name of its own', async () => {
    const ids = Object.values((await document()).paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    expect(ids).toContain('userRecommendations')
    expect(ids.every((id) => /^[a-zA-Z]+$/.test(id))).toBe(true)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('describes the events of a stream', async () => {
    const { paths, components } = await document()
    const stream = paths['/v1/users/{userId}/recommendations/stream']?.get?.responses[200] as {
      content: { 'text/event-stream': { schema: unknown } }
    }
    expect(stream.content['text/event-stream'].schema).toMatchObject({
      contentSchema: { items: { $ref: '#/components/schemas/ListEvent' } },
    })
    expect(components.schemas.ListEvent?.properties).toMatchObject({
      event: { enum: ['list'] },
      data: { contentSchema: { $ref: '#/components/schemas/List' } },
    })
  })

  it('makes null of no schema that has a name: where there may be none, the place says so', async () => {
    const { components, paths } = await document()
    for (const [name, { type }] of Object.entries(components.schemas)) expect([type].flat(), name).not.toContain('null')
    expect(components.schemas.Status?.properties?.rebuild).toEqual({
      anyOf: [{ $ref: '#/components/schemas/Rebuild' }, { type: 'null' }],
    })
    const asked = paths['/v1/admin/rebuilds']?.post?.responses[202]
    expect(asked).toMatchObject({
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Rebuild' } } },
    })
  })

  it('tells of every route that reads a body that it may come too slowly, be too large, or of another type', async () => {
    for (const [path, methods] of Object.entries((await document()).paths))
      for (const [method, { requestBody, responses }] of Object.entries(methods))
        expect(
          [408, 413, 415].filter((status) => responses[status]),
          `${method} ${path}`,
        ).toEqual(requestBody ? [408, 413, 415] : [])
  })

  it('is whole: references lead somewhere, path parameters are declared, each operation has answers', async () => {
    const whole = await document()
    for (const [, reference = ''] of JSON.stringify(whole).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = reference
        .split('/')
        .reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], whole)
      expect(target, reference).toBeTypeOf('object')
    }
    for (const [path, methods] of Object.entries(whole.paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const { parameters = [], responses } of Object.values(methods)) {
        expect(parameters.filter(({ in: place }) => place === 'path').map(({ name }) => name)).toEqual(named)
        expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true)
      }
    }
  })
})

describe('/docs', () => {
  it('shows every route and loads nothing from anywhere', async () => {
    const { body, headers } = await gateway.get('/docs')
    for (const route of answered()) expect(body).toContain(route.split(' ')[1])
    expect(body).not.toMatch(/<(script|link|img|iframe)\b|@import|url\(/)
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  })

  it('is short, and shows with each route how it is asked', async () => {
    const { body } = await gateway.get('/docs')
    expect((body as string).length).toBeLessThan(128 << 10)
    for (const routes of (body as string).split('<summary><b>').slice(1)) expect(routes).toContain('<pre>')
    expect(body).toContain('curl -X PUT localhost:3000/v1/users/ann/ratings/1196')
  })

  it('says of every field what it is', async () => {
    expect((await gateway.get('/docs')).body).not.toContain('<td>anything')
  })

  it('explains every kind of problem where `type` leads', async () => {
    const { body } = await gateway.get('/docs')
    const problem = await gateway.get('/nowhere')
    const [, anchor] = (problem.body as { type: string }).type.split('#')
    expect(body).toContain(`id="${anchor}"`)
  })
})
