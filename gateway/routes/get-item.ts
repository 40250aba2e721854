import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { answerItem, itemAnswer } from '../items.ts'
import { Problem } from '../problems.ts'
import { awaited, freshness } from '../read-your-writes.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { inPath, itemId } from '../schemas/parameters.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/items/{itemId}',
  tags: ['Items'],
  summary: 'What the catalogue knows of an item',
  security: needs('read'),
  request: { params: z.strictObject({ itemId: inPath('itemId', itemId) }), query: z.strictObject(awaited) },
  responses: { 200: json(itemAnswer.extend(freshness).openapi('FreshItem'), 'The item'), ...refusals(400, 404, 409) },
})

export const getItem = (app: App, { catalogue, freshItems }: Gateway) =>
  app.openapi(route, async (c) => {
    const { itemId } = c.req.valid('param')
    const fresh = await freshItems(c.req.valid('query'))
    const found = catalogue.get(itemId)
    if (!found) throw new Problem('not-found', `The catalogue knows no item '${itemId}'.`)
    return c.json({ ...answerItem(found), ...fresh }, 200)
  })
