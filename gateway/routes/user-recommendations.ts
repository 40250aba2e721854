import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { reachToken } from '../read-your-writes.ts'
import {
  flag,
  genre,
  inPath,
  itemId,
  json,
  list,
  needs,
  paging,
  refusals,
  repeated,
  token,
  userId,
  waitMs,
} from '../schemas.ts'

const query = z.strictObject({
  ...paging,
  genre,
  exclude: repeated(itemId),
  includeKnown: flag.openapi({ description: 'Recommend what the user has rated, too' }),
  after: token.optional().openapi({ description: 'Token of a write that the list is to show' }),
  wait: waitMs.openapi({ description: 'How long to wait for it, in ms' }),
})

const freshList = list.extend({
  freshness: z
    .object({ satisfied: z.boolean().openapi({ description: 'Whether the list shows what `after` asked for' }) })
    .optional(),
})

const route = createRoute({
  method: 'get',
  path: '/v1/users/{userId}/recommendations',
  tags: ['Recommendations'],
  summary: 'What a user may like',
  description:
    'A user who is unknown, or of whom the model knows no positive rating, gets the popular items that they have not rated.',
  security: needs('read'),
  request: { params: z.strictObject({ userId: inPath('userId', userId) }), query },
  responses: { 200: json(freshList.openapi('FreshList'), 'The list, best first'), ...refusals(400, 409) },
})

export const userRecommendations = (app: App, gateway: Gateway) =>
  app.openapi(route, async (c) => {
    const { userId } = c.req.valid('param')
    const { after, wait, includeKnown, ...selection } = c.req.valid('query')
    const freshness =
      after === undefined ? {} : { freshness: { satisfied: await reachToken(gateway, userId, after, wait) } }
    const answer = await gateway.engine.recommend(userId, selection, includeKnown)
    return c.json({ ...answer, ...freshness }, 200)
  })
