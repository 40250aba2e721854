import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { itemListParameters, withGenre } from '../list-query.ts'
import { anyByCookie, json, needs, refusals } from '../schemas/answers.ts'
import { list } from '../schemas/lists.ts'
import { receiverOf } from '../served-log.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/items/popular',
  tags: ['Recommendations'],
  summary: 'The items with most positive ratings',
  description: 'Counted from the stream of ratings; a score is that count.',
  security: [...needs('read'), anyByCookie],
  request: { query: z.strictObject({ ...itemListParameters }) },
  responses: { 200: json(list, 'The list, most popular first'), ...refusals(400) },
})

export const popularItems = (app: App, { engine, served }: Gateway) =>
  app.openapi(route, async (c) => {
    const asked = withGenre(c.req.valid('query'))
    return c.json(served.note(await engine.popular(asked), receiverOf(c), asked.skip), 200)
  })
