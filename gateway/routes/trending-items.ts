import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { withGenre } from '../list-query.ts'
import { genre, json, list, listPaging, needs, refusals } from '../schemas.ts'

const trend = list.extend({
  asOf: z.iso.datetime().openapi({
    description:
      'Where the window ends: now, or the time of the newest positive rating where that is older than the window. Statistics keep no time of other events: none of them moves a trend',
  }),
})

const route = createRoute({
  method: 'get',
  path: '/v1/items/trending',
  tags: ['Recommendations'],
  summary: 'The items that are liked lately',
  description:
    'Positive ratings counted from the stream, each half as much for every `window` of its age at `asOf`; a score is that sum.',
  security: needs('read'),
  request: {
    query: z.strictObject({ ...listPaging, genre, window: z.enum(['1d', '7d', '30d']).default('7d') }),
  },
  responses: { 200: json(trend.openapi('Trend'), 'The list, most liked first'), ...refusals(400) },
})

export const trendingItems = (app: App, { engine }: Gateway) =>
  app.openapi(route, async (c) => {
    const { window, ...rest } = c.req.valid('query')
    const { asOf, ...answer } = await engine.trending(window, withGenre(rest))
    return c.json({ ...answer, asOf: new Date(asOf).toISOString() }, 200)
  })
