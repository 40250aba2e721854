import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { exclude, withGenre } from '../list-query.ts'
import { Problem } from '../problems.ts'
import { genre, inPath, itemId, json, list, listPaging, needs, refusals } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/items/{itemId}/similar',
  tags: ['Recommendations'],
  summary: 'Items that the same users like',
  description:
    'By cosine of the item factors. Empty for an item of which neither its raters nor its genres tell anything yet.',
  security: needs('read'),
  request: {
    params: z.strictObject({ itemId: inPath('itemId', itemId) }),
    query: z.strictObject({ ...listPaging, genre, exclude }),
  },
  responses: { 200: json(list, 'The list, most similar first'), ...refusals(400, 404) },
})

export const similarItems = (app: App, { engine }: Gateway) =>
  app.openapi(route, async (c) => {
    const { itemId } = c.req.valid('param')
    if (!engine.isKnown(itemId))
      throw new Problem('not-found', `Neither the catalogue nor the model knows an item '${itemId}'.`)
    return c.json(await engine.similarItems([itemId], withGenre(c.req.valid('query'))), 200)
  })
