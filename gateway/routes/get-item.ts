import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { answerItem, itemAnswer } from '../items.ts'
import { Problem } from '../problems.ts'
import { inPath, itemId, json, needs, refusals } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/items/{itemId}',
  tags: ['Items'],
  summary: 'What the catalogue knows of an item',
  security: needs('read'),
  request: { params: z.strictObject({ itemId: inPath('itemId', itemId) }) },
  responses: { 200: json(itemAnswer, 'The item'), ...refusals(400, 404) },
})

export const getItem = (app: App, { catalogue }: Gateway) =>
  app.openapi(route, (c) => {
    const { itemId } = c.req.valid('param')
    const found = catalogue.get(itemId)
    if (!found) throw new Problem('not-found', `The catalogue knows no item '${itemId}'.`)
    return c.json(answerItem(found), 200)
  })
