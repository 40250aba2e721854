import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { givenRatings, itemIds } from '../list-query.ts'
import { awaited, freshList, usersOf } from '../read-your-writes.ts'
import { json, needs, refusals, userId } from '../schemas.ts'

export const rank = (app: App, { log, engine, freshFor }: Gateway) => {
  const body = z
    .strictObject({
      userId: userId.optional(),
      ratings: givenRatings(log.identity.scale).optional().openapi({ description: 'An anonymous taste' }),
      items: itemIds,
    })
    .openapi('RankRequest')

  const route = createRoute({
    method: 'post',
    path: '/v1/rank',
    tags: ['Recommendations'],
    summary: 'Rank a list of your own',
    description:
      'All of it is ranked, what the user has rated and what is hidden from lists too. What is known and cannot be scored comes last, with 0.',
    security: needs('read'),
    request: {
      query: z.strictObject(awaited),
      body: { required: true, content: { 'application/json': { schema: body } } },
    },
    responses: {
      200: json(freshList, 'The items, best first; those that nobody knows, or that were deleted, in `ignored`'),
      ...refusals(400, 409, 413, 415),
    },
  })

  return app.openapi(route, async (c) => {
    const { items, ...asker } = c.req.valid('json')
    const fresh = await freshFor(c.req.valid('query'), ...usersOf(asker))
    return c.json({ ...(await engine.rank(asker, items)), ...fresh }, 200)
  })
}
