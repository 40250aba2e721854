import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { contextItemId, explain, fittingTogether, givenRatings, group, selection, withGenre } from '../list-query.ts'
import { awaited, freshList, usersOf } from '../read-your-writes.ts'
import { json, needs, refusals, userId } from '../schemas.ts'

export const postRecommendations = (app: App, { log, engine, freshFor }: Gateway) => {
  const body = z
    .strictObject({
      userId: userId.optional(),
      ratings: givenRatings(log.identity.scale).optional().openapi({
        description: 'An anonymous taste; beside `userId`, as if that user had given these too. Nothing is stored',
      }),
      userIds: group
        .optional()
        .openapi({ description: 'A group that one list has to suit; not beside userId or ratings' }),
      groupMode: z.enum(['average', 'leastMisery']).optional().openapi({
        description: 'How a group is suited: on the whole (as when left out), or nobody badly; beside userIds only',
      }),
      contextItemId,
      includeKnown: z.boolean().optional(),
      explain,
      ...selection,
    })
    .refine(({ userIds, userId, ratings }) => !userIds || !(userId ?? ratings), {
      path: ['userIds'],
      message: 'Expected userIds alone, or userId and ratings',
    })
    .refine(({ userIds, groupMode }) => userIds || !groupMode, {
      path: ['groupMode'],
      message: 'Expected userIds beside it: it says how a group is suited',
    })
    .superRefine(fittingTogether)
    .openapi('RecommendationRequest', {
      not: {
        anyOf: [
          { required: ['userIds', 'userId'] },
          { required: ['userIds', 'ratings'] },
          { required: ['groupMode'], not: { required: ['userIds'] } },
        ],
      },
    })

  const route = createRoute({
    method: 'post',
    path: '/v1/recommendations',
    tags: ['Recommendations'],
    summary: 'What somebody may like: a user, an anonymous taste, or a group, by rules of your own',
    description:
      'Whoever the model does not know, or has nothing for, is answered by what is like `contextItemId`, by what is trending in the asked genre, or by what is popular; `strategy` tells.',
    security: needs('read'),
    request: {
      query: z.strictObject(awaited),
      body: { required: true, content: { 'application/json': { schema: body } } },
    },
    responses: { 200: json(freshList, 'The list, best first'), ...refusals(400, 409, 413, 415) },
  })

  return app.openapi(route, async (c) => {
    const { userId, ratings, userIds, groupMode, contextItemId, ...rest } = c.req.valid('json')
    const asker = { userId, ratings, userIds, groupMode, contextItemId }
    const fresh = await freshFor(c.req.valid('query'), ...usersOf(asker))
    return c.json({ ...(await engine.recommend(asker, withGenre(rest))), ...fresh }, 200)
  })
}
