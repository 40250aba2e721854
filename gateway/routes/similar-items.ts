import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { itemListParameters, withGenre } from '../list-query.ts'
import { Problem } from '../problems.ts'
import { awaited, freshList } from '../read-your-writes.ts'
import { anyByCookie, json, needs, refusals } from '../schemas/answers.ts'
import { inPath, itemId } from '../schemas/parameters.ts'
import { receiverOf } from '../served-log.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/items/{itemId}/similar',
  tags: ['Recommendations'],
  summary: 'Items that the same users like',
  description:
    'By cosine of the item factors. Empty for an item of which neither its raters nor its genres tell anything yet.',
  security: [...needs('read'), anyByCookie],
  request: {
    params: z.strictObject({ itemId: inPath('itemId', itemId) }),
    query: z.strictObject({ ...itemListParameters, ...awaited }),
  },
  responses: { 200: json(freshList, 'The list, most similar first'), ...refusals(400, 404, 409) },
})

export const similarItems = (app: App, { engine, freshFor, served }: Gateway) =>
  app.openapi(route, async (c) => {
    const { itemId } = c.req.valid('param')
    const { after, wait, ...rest } = c.req.valid('query')
    const fresh = await freshFor({ after, wait })
    if (!engine.isKnown(itemId))
      throw new Problem('not-found', `Neither the catalogue nor the model knows an item '${itemId}'.`)
    const answer = served.note(await engine.similarItems([itemId], withGenre(rest)), receiverOf(c), rest.skip)
    return c.json({ ...answer, ...fresh }, 200)
  })
