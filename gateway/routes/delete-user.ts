import { createRoute, z } from '@hono/zod-openapi'
import { v7 as uuid } from 'uuid'
import type { App, Gateway } from '../context.ts'
import { inPath, json, needs, refusals, token, userId } from '../schemas.ts'

const route = createRoute({
  method: 'delete',
  path: '/v1/users/{userId}',
  tags: ['Users'],
  summary: 'Erase a user',
  description: 'Everything of the user from before this moment vanishes; what comes after belongs to a new user.',
  security: needs('ingest'),
  request: { params: z.strictObject({ userId: inPath('userId', userId) }) },
  responses: {
    202: json(z.object({ erasureId: z.string(), token }), 'The erasure is on the log'),
    ...refusals(400, 503),
  },
})

export const deleteUser = (app: App, { publisher }: Gateway) =>
  app.openapi(route, async (c) => {
    const { userId } = c.req.valid('param')
    const erasureId = uuid()
    const erasure = { type: 'user-erased', eventId: erasureId, userId, occurredAt: Date.now() } as const
    return c.json({ erasureId, token: publisher.token(await publisher.users([erasure])) }, 202)
  })
