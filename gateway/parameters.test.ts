import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultPathsOf, generationOf, openTestGateway, type TestGateway } from './gateway.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
  gateway.serve(generationOf('g1', { a: [1, 0] }))
})
afterAll(() => gateway.stop())

interface Document {
  readonly paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>
}

const messagesOf = ({ body }: { body: unknown }): string[] =>
  (body as { errors?: { message: string }[] }).errors?.map(({ message }) => message) ?? []

describe('a parameter that a route does not have', () => {
  it('is refused by every route, and nothing but it, which names those that it has', async () => {
    const { paths } = (await gateway.get('/openapi.json')).body as Document
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { parameters = [] }] of Object.entries(methods)) {
        const known = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name)
        const filled = path.replaceAll(/\{\w+\}/g, 'a')
        const query = [...known, 'nonsense'].map((name) => `${name}=`).join('&')
        const answer = await gateway.send(method.toUpperCase(), `${filled}?${query}`)
        expect(answer.status, `${method} ${path}`).toBe(400)
        expect(faultPathsOf(answer), `${method} ${path}`).toEqual(['nonsense'])
        const [message] = messagesOf(answer)
        for (const name of known) expect(message, `${method} ${path}`).toContain(name)
      }
  })

  it.each([
    ['?x=1&y=2', ['x', 'y']],
    ['?x=1&x=2', ['x']],
    ['?x', ['x']],
    ['?__proto__=1', ['__proto__']],
    ['?=1', ['']],
    ['?a%3Db=1', ['a=b']],
    [`?${'x'.repeat(300)}=1`, [`${'x'.repeat(256)}…`]],
  ])('is told by its name: %s', async (query, names) => {
    const answer = await gateway.get(`/v1/admin/status${query}`)
    expect(answer.status).toBe(400)
    expect(faultPathsOf(answer)).toEqual(names)
    expect(messagesOf(answer)[0]).toBe('Unknown parameter: none are read here')
  })

  it('is none where there is no name, or where a name that it has is escaped', async () => {
    await gateway.send('PUT', '/v1/items/a', { title: 'A', genres: [] })
    for (const path of ['/v1/items/a?', '/v1/items/a?&', '/v1/items?%6cimit=1&', '/v1/items?limit=1&&genre=x'])
      expect((await gateway.get(path)).status, path).toBe(200)
  })

  it('does nothing: what the request asks for is not done', async () => {
    const refused = await gateway.send('PUT', '/v1/items/b?dryRun=true', { title: 'B', genres: [] })
    expect(refused.status).toBe(400)
    expect((await gateway.get('/v1/items/b')).status).toBe(404)
  })
})
