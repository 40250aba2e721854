import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AnyRequest, anyRequest, type Described } from './any-request.fixture.ts'
import { generationOf, openTestGateway, type TestGateway } from './gateway.fixture.ts'
import { PROBLEMS } from './problems.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
  gateway.serve(generationOf('g1', { a: [1, 0], b: [0, 1], c: [1, 1] }))
})
afterAll(() => gateway.stop())

const TYPES = Object.keys(PROBLEMS).map((kind) => `/docs#${kind}`)
/** They are of the request as a whole. */
const WITHOUT_PATH = ['/docs#broken-json', '/docs#not-utf8', '/docs#broken-off']

async function answersWell({ path, init }: AnyRequest, documented: readonly string[]): Promise<void> {
  const response = await gateway.app.request(path, init)
  const { status, headers } = response
  const contentType = headers.get('content-type') ?? ''
  // It would never end.
  if (contentType.startsWith('text/event-stream')) return response.body?.cancel()
  const text = await response.text()
  const told = `${init.method} ${path} ${init.body} was answered ${status} ${text}`

  expect(status, told).toBeLessThan(500)
  // A strange id may lead to another path, or to none.
  if (![404, 405].includes(status)) expect(documented, told).toContain(String(status))
  if (status < 400) return
  expect(contentType, told).toBe('application/problem+json')
  const { type, title, detail, errors, ...rest } = JSON.parse(text)
  expect(TYPES, told).toContain(type)
  expect([typeof title, typeof detail, rest.status], told).toEqual(['string', 'string', status])
  if (status !== 400 || WITHOUT_PATH.includes(type)) return
  expect(errors, told).not.toEqual([])
  for (const fault of errors)
    expect(fault, told).toEqual({ path: expect.any(String), message: expect.stringMatching(/./) })
}

it('answers anything as the document says, and refuses by a problem that names the place', async () => {
  const document = (await gateway.get('/openapi.json')).body as Described
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const documented = Object.keys(operation.responses)
      const requests = anyRequest(method, path, operation, document)
      await fc.assert(fc.asyncProperty(requests, (request) => answersWell(request, documented)))
    }
})
