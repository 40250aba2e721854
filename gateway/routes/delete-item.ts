import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { accepted, CATALOGUE_WAIT_MS } from '../items.ts'
import { inPath, itemId, json, needs, refusals } from '../schemas.ts'

const route = createRoute({
  method: 'delete',
  path: '/v1/items/{itemId}',
  tags: ['Items'],
  summary: 'Delete an item',
  description: 'It is never recommended from the next request on. Its ratings stay.',
  security: needs('ingest'),
  request: { params: z.strictObject({ itemId: inPath('itemId', itemId) }) },
  responses: { 202: json(accepted, 'The deletion is on the log'), ...refusals(400, 503) },
})

export const deleteItem = (app: App, { publisher, catalogue }: Gateway) =>
  app.openapi(route, async (c) => {
    const position = await publisher.deleteItem(c.req.valid('param').itemId)
    // Answered once this process has it from the log, so that the next request sees no trace of the item.
    await catalogue.reached(position, CATALOGUE_WAIT_MS)
    return c.json({ accepted: 1 }, 202)
  })
