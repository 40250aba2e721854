import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { createReceipts } from '../item-writes.ts'
import { accepted, itemDescription, itemEvent } from '../items.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { inPath, itemId } from '../schemas/parameters.ts'

const route = createRoute({
  method: 'put',
  path: '/v1/items/{itemId}',
  tags: ['Items'],
  summary: 'Describe an item',
  description: 'Replaces what was said of it before, whole.',
  security: needs('ingest'),
  request: {
    params: z.strictObject({ itemId: inPath('itemId', itemId) }),
    body: { required: true, content: { 'application/json': { schema: itemDescription } } },
  },
  responses: { 202: json(accepted, 'The item is on the log'), ...refusals(400, 408, 413, 415, 503) },
})

export const putItem = (app: App, gateway: Gateway) => {
  const receiptOf = createReceipts(gateway)
  return app.openapi(route, async (c) => {
    const item = itemEvent(c.req.valid('param').itemId, c.req.valid('json'))
    return c.json({ accepted: 1, ...(await receiptOf(await gateway.publisher.items([item]))) }, 202)
  })
}
