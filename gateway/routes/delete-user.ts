import { randomUUIDv7 } from 'node:crypto'
import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { erasureIdOf } from '../erasure-id.ts'
import { json, needs, ownByCookie, refusals } from '../schemas/answers.ts'
import { inPath, token, userId } from '../schemas/parameters.ts'

const route = createRoute({
  method: 'delete',
  path: '/v1/users/{userId}',
  tags: ['Users'],
  summary: 'Erase a user',
  description:
    'Everything of the user from before this moment vanishes; what comes after belongs to a new user. `/v1/erasures` tells how far it is. ' +
    'Factors of items, which came of the ratings of all users together, lose what these ratings gave them with the next full rebuild.',
  // Whoever may rate for all users is not to make any of them vanish.
  security: [...needs('erase', 'admin'), ownByCookie],
  request: { params: z.strictObject({ userId: inPath('userId', userId) }) },
  responses: {
    202: json(z.object({ erasureId: z.string(), token }), 'The erasure is on the log'),
    ...refusals(400, 503),
  },
})

export const deleteUser = (app: App, { publisher, sessions }: Gateway) =>
  app.openapi(route, async (c) => {
    const { userId } = c.req.valid('param')
    const erasure = { type: 'user-erased', eventId: randomUUIDv7(), userId, occurredAt: Date.now() } as const
    const token = publisher.token(await publisher.users([erasure]))
    const erasureId = erasureIdOf(token)
    const own = sessions.ownOf(c)
    if (own !== undefined) {
      // Who asked from a page sees there how far it is: as somebody new, or, where they erased another, as themselves.
      sessions.keepErasure(c, erasureId)
      if (own === userId) sessions.begin(c)
      sessions.view(c, undefined)
    }
    return c.json({ erasureId, token }, 202)
  })
