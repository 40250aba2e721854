import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerHeaders } from './answer-headers.ts'
import { type Serving, serveGateway } from './server.ts'

const OWN_POLICY = "default-src 'none'; style-src 'self'"

const app = new Hono()
  .use(answerHeaders)
  .get('/plain', (c) => c.json({}))
  .get('/own', (c) => c.html('', 200, { 'Content-Security-Policy': OWN_POLICY }))
  .get('/stream', (c) => c.body(new Blob(['a', 'b']).stream()))

/** Through a server the headers are set elsewhere than without one. */
describe.each(['served', 'asked directly'])('an answer, %s,', (how) => {
  let serving: Serving
  beforeAll(async () => {
    serving = await serveGateway(app, { host: '127.0.0.1', port: 0 })
  })
  afterAll(() => serving.close())
  const get = async (path: string, headers: Record<string, string> = {}) =>
    how === 'served' ? fetch(new URL(path, serving.address), { headers }) : app.request(path, { headers })

  it.each(['/plain', '/stream', '/nowhere'])('tells browsers what it is not: %s', async (path) => {
    const { headers } = await get(path)
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('keeps a header of its own', async () => {
    expect((await get('/own')).headers.get('content-security-policy')).toBe(OWN_POLICY)
  })

  it('carries the id that the client sent, another each time where it sent none or none of use', async () => {
    const idOf = async (sent?: string) =>
      (await get('/plain', sent === undefined ? {} : { 'x-request-id': sent })).headers.get('x-request-id')
    expect(await idOf('my-id_1=')).toBe('my-id_1=')
    const ids = [await idOf(), await idOf(), await idOf('a b'), await idOf('x'.repeat(256))]
    expect(new Set(ids).size).toBe(4)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  })
})
