import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { ratingEvent } from '../ratings.ts'
import { json, needs, ownByCookie, refusals } from '../schemas/answers.ts'
import { inPath, itemId, token, userId } from '../schemas/parameters.ts'

const route = createRoute({
  method: 'delete',
  path: '/v1/users/{userId}/ratings/{itemId}',
  tags: ['Events'],
  summary: 'Withdraw a rating',
  security: [...needs('ingest'), ownByCookie],
  request: { params: z.strictObject({ userId: inPath('userId', userId), itemId: inPath('itemId', itemId) }) },
  responses: { 202: json(z.object({ token }), 'The withdrawal is on the log'), ...refusals(400, 503) },
})

export const deleteRating = (app: App, { publisher }: Gateway) =>
  app.openapi(route, async (c) => {
    const event = ratingEvent({ ...c.req.valid('param'), value: null })
    return c.json({ token: publisher.token(await publisher.users([event])) }, 202)
  })
