import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { answerItem, itemAnswer } from '../items.ts'
import { awaited, freshness } from '../read-your-writes.ts'
import { genre, json, needs, paging, refusals, text } from '../schemas.ts'
import { createItemSearch } from '../search/item-search.ts'

const query = z.strictObject({
  ...paging,
  ...awaited,
  genre,
  query: text(0, 256).optional().openapi({
    description:
      'Words of the title, in any order; the last one may be the beginning of a word. Case and accents do not matter',
  }),
})

const route = createRoute({
  method: 'get',
  path: '/v1/items',
  tags: ['Items'],
  summary: 'Items of the catalogue, found by title or genre',
  description: 'Most popular first, by positive ratings; a title that is the query, whole, before all others.',
  security: needs('read'),
  request: { query },
  responses: {
    200: json(z.object({ items: z.array(itemAnswer), ...freshness }), 'The available items'),
    ...refusals(400, 409),
  },
})

export const listItems = (app: App, { catalogue, engine, freshItems, logger, closing }: Gateway) => {
  const { search } = createItemSearch(catalogue, engine.rankings, logger, closing)
  return app.openapi(route, async (c) => {
    const { after, wait, ...query } = c.req.valid('query')
    const fresh = await freshItems({ after, wait })
    const found = await search(query)
    return c.json({ items: found.map(answerItem), ...fresh }, 200)
  })
}
