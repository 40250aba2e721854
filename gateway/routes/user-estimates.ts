import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { inPath, itemId, json, list, needs, refusals, repeated, userId } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/users/{userId}/estimates',
  tags: ['Recommendations'],
  summary: 'How much a user may like some items',
  description:
    'A score for each `item`, in the order asked. By the model where it knows something the user likes, else by popularity: `strategy` tells. 0 for what is known and cannot be scored.',
  security: needs('read'),
  request: {
    params: z.strictObject({ userId: inPath('userId', userId) }),
    query: z.strictObject({ item: repeated(itemId) }),
  },
  responses: {
    200: json(list, 'The items as asked; those that nobody knows, or that were deleted, in `ignored`'),
    ...refusals(400),
  },
})

export const userEstimates = (app: App, { engine }: Gateway) =>
  app.openapi(route, async (c) => {
    const { userId } = c.req.valid('param')
    return c.json(await engine.rank({ userId }, c.req.valid('query').item, 'asked'), 200)
  })
