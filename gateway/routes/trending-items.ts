import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { itemListParameters, withGenre } from '../list-query.ts'
import { anyByCookie, json, needs, refusals } from '../schemas/answers.ts'
import { list } from '../schemas/lists.ts'
import { receiverOf } from '../served-log.ts'

const trend = list.extend({
  asOf: z.iso.datetime().openapi({
    description:
      'The time that the scores are of: now, by the minute, where anything is a trend; otherwise the last time when something was one. A single rating of today moves nothing',
  }),
})

const route = createRoute({
  method: 'get',
  path: '/v1/items/trending',
  tags: ['Recommendations'],
  summary: 'The items that are liked lately',
  description:
    'Positive ratings counted from the stream, each half as much for every `window` of its age at `asOf` (`window` is a half-life, not an end); a score is that sum. An item gets into the list by a score of 1.5, as of three people who liked it one `window` ago, and leaves it below 0.01.',
  security: [...needs('read'), anyByCookie],
  request: {
    query: z.strictObject({
      ...itemListParameters,
      window: z.enum(['1d', '7d', '30d']).default('7d'),
    }),
  },
  responses: { 200: json(trend.openapi('Trend'), 'The list, most liked first'), ...refusals(400) },
})

export const trendingItems = (app: App, { engine, served }: Gateway) =>
  app.openapi(route, async (c) => {
    const { window, ...rest } = c.req.valid('query')
    const { asOf, ...answer } = await engine.trending(window, withGenre(rest))
    return c.json({ ...served.note(answer, receiverOf(c), rest.skip), asOf: new Date(asOf).toISOString() }, 200)
  })
