import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { ratingEvent, ratingValue } from '../ratings.ts'
import { json, needs, ownByCookie, refusals } from '../schemas/answers.ts'
import { inPath, itemId, recommendationId, token, userId } from '../schemas/parameters.ts'

export const putRating = (app: App, { log, publisher }: Gateway) => {
  const body = z.strictObject({ value: ratingValue(log.identity.scale), recommendationId: recommendationId.optional() })

  const route = createRoute({
    method: 'put',
    path: '/v1/users/{userId}/ratings/{itemId}',
    tags: ['Events'],
    summary: 'Rate an item',
    security: [...needs('ingest'), ownByCookie],
    request: {
      params: z.strictObject({ userId: inPath('userId', userId), itemId: inPath('itemId', itemId) }),
      body: { required: true, content: { 'application/json': { schema: body } } },
    },
    responses: { 202: json(z.object({ token }), 'The rating is on the log'), ...refusals(400, 408, 413, 415, 503) },
  })

  return app.openapi(route, async (c) => {
    const event = ratingEvent({ ...c.req.valid('param'), ...c.req.valid('json') })
    return c.json({ token: publisher.token(await publisher.users([event])) }, 202)
  })
}
