import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { itemPatch } from '../item-patch.ts'
import { createItemPatches } from '../item-patches.ts'
import { createReceipts } from '../item-writes.ts'
import { accepted } from '../items.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { inPath, itemId } from '../schemas/parameters.ts'

const route = createRoute({
  method: 'patch',
  path: '/v1/items/{itemId}',
  tags: ['Items'],
  summary: 'Change a part of what is said of an item',
  description:
    'A JSON merge patch (RFC 7396), such as `{"available": false}`: what is left out stays, and null takes away what need not be there, in `attributes` too. Two at once lose nothing of each other; of two that change the same field the later one holds.',
  security: needs('ingest'),
  request: {
    params: z.strictObject({ itemId: inPath('itemId', itemId) }),
    body: { required: true, content: { 'application/json': { schema: itemPatch } } },
  },
  responses: { 202: json(accepted, 'The change is on the log'), ...refusals(400, 404, 408, 413, 415, 503) },
})

export const patchItem = (app: App, gateway: Gateway) => {
  const receiptOf = createReceipts(gateway)
  const { patch } = createItemPatches(gateway)
  return app.openapi(route, async (c) => {
    const position = await patch(c.req.valid('param').itemId, c.req.valid('json'))
    return c.json({ accepted: 1, ...(await receiptOf([position])) }, 202)
  })
}
