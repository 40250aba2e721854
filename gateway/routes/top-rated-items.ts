import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { itemListParameters, withGenre } from '../list-query.ts'
import { anyByCookie, json, needs, refusals } from '../schemas/answers.ts'
import { list } from '../schemas/lists.ts'
import { receiverOf } from '../served-log.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/items/top-rated',
  tags: ['Recommendations'],
  summary: 'The items that are rated best',
  description:
    'By the weighted average v/(v+m)·R + m/(v+m)·C: v ratings of the item with mean R, C the mean of all ratings, m the mean number of ratings an item has.',
  security: [...needs('read'), anyByCookie],
  request: { query: z.strictObject({ ...itemListParameters }) },
  responses: { 200: json(list, 'The list, best rated first; a score is the weighted average'), ...refusals(400) },
})

export const topRatedItems = (app: App, { engine, served }: Gateway) =>
  app.openapi(route, async (c) => {
    const asked = withGenre(c.req.valid('query'))
    return c.json(served.note(await engine.topRated(asked), receiverOf(c), asked.skip), 200)
  })
