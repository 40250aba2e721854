import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { CATALOGUE_WAIT_MS, createReceipts } from '../item-writes.ts'
import { accepted } from '../items.ts'
import { Problem } from '../problems.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { inPath, itemId } from '../schemas/parameters.ts'

const route = createRoute({
  method: 'delete',
  path: '/v1/items/{itemId}',
  tags: ['Items'],
  summary: 'Delete an item',
  description:
    'It is never recommended from the next request on. Its ratings stay. An item that nobody described or rated is not there to be deleted, nor one that was deleted already: 404.',
  security: needs('ingest'),
  request: { params: z.strictObject({ itemId: inPath('itemId', itemId) }) },
  responses: { 202: json(accepted, 'The deletion is on the log'), ...refusals(400, 404, 503) },
})

export const deleteItem = (app: App, gateway: Gateway) => {
  const { publisher, catalogue, engine } = gateway
  const receiptOf = createReceipts(gateway)

  /** Another process may have taken the item a moment ago. Where that cannot be found out in time, it may be there. */
  async function mayBeThere(itemId: string): Promise<boolean> {
    if (engine.isKnown(itemId)) return true
    return !(await catalogue.current(CATALOGUE_WAIT_MS)) || engine.isKnown(itemId)
  }

  return app.openapi(route, async (c) => {
    const { itemId } = c.req.valid('param')
    if (!(await mayBeThere(itemId))) throw new Problem('not-found', `Nobody knows an item '${itemId}'.`)
    return c.json({ accepted: 1, ...(await receiptOf([await publisher.deleteItem(itemId)])) }, 202)
  })
}
