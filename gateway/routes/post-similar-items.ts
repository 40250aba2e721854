import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { explain, fittingTogether, selection, someItemIds, withGenre } from '../list-query.ts'
import { awaited, freshList } from '../read-your-writes.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { receiverOf } from '../served-log.ts'

const body = z
  .strictObject({
    items: someItemIds,
    explain,
    ...selection,
  })
  .superRefine(fittingTogether)
  .openapi('SimilarRequest')

const route = createRoute({
  method: 'post',
  path: '/v1/items/similar',
  tags: ['Recommendations'],
  summary: 'Items that are near all of some items',
  description: 'By the mean of the cosines with each of them.',
  security: needs('read'),
  request: {
    query: z.strictObject(awaited),
    body: { required: true, content: { 'application/json': { schema: body } } },
  },
  responses: {
    200: json(freshList, 'The list, most similar first; empty where nobody knows any of the items'),
    ...refusals(400, 409, 408, 413, 415),
  },
})

export const postSimilarItems = (app: App, { engine, freshFor, served }: Gateway) =>
  app.openapi(route, async (c) => {
    const { items, ...rest } = c.req.valid('json')
    const fresh = await freshFor(c.req.valid('query'))
    const answer = served.note(await engine.similarItems(items, withGenre(rest)), receiverOf(c), rest.skip)
    return c.json({ ...answer, ...fresh }, 200)
  })
