import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { Problem } from '../problems.ts'
import { genre, inPath, itemId, json, list, needs, paging, refusals } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/items/{itemId}/similar',
  tags: ['Recommendations'],
  summary: 'Items that the same users like',
  description: 'By cosine of the item factors. Empty for an item that the model does not know yet.',
  security: needs('read'),
  request: {
    params: z.strictObject({ itemId: inPath('itemId', itemId) }),
    query: z.strictObject({ ...paging, genre }),
  },
  responses: { 200: json(list, 'The list, most similar first'), ...refusals(400, 404) },
})

export const similarItems = (app: App, { engine }: Gateway) =>
  app.openapi(route, (c) => {
    const { itemId } = c.req.valid('param')
    const answer = engine.similar(itemId, c.req.valid('query'))
    if (!answer) throw new Problem('not-found', `Neither the catalogue nor the model knows an item '${itemId}'.`)
    return c.json(answer, 200)
  })
