import { createRoute, z } from '@hono/zod-openapi'
import { ASKING_FOR_ONE, asker, askingForOne } from '../asker.ts'
import type { App, Gateway } from '../context.ts'
import { fittingTogether, selection, withGenre } from '../list-query.ts'
import { awaited, freshList, usersOf } from '../read-your-writes.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { receiverOf } from '../served-log.ts'

export const postRecommendations = (app: App, { log, engine, freshFor, served }: Gateway) => {
  const body = z
    .strictObject({
      ...asker(log.identity.scale),
      includeKnown: z.boolean().optional(),
      ...selection,
    })
    .superRefine(askingForOne)
    .superRefine(fittingTogether)
    .openapi('RecommendationRequest', ASKING_FOR_ONE)

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
    responses: { 200: json(freshList, 'The list, best first'), ...refusals(400, 409, 408, 413, 415) },
  })

  return app.openapi(route, async (c) => {
    const { userId, ratings, userIds, groupMode, contextItemId, ...rest } = c.req.valid('json')
    const asker = { userId, ratings, userIds, groupMode, contextItemId }
    const fresh = await freshFor(c.req.valid('query'), ...usersOf(asker))
    const answer = served.note(await engine.recommend(asker, withGenre(rest)), receiverOf(c, userId), rest.skip)
    return c.json({ ...answer, ...fresh }, 200)
  })
}
