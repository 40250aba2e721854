import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { awaited, freshList } from '../read-your-writes.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { inPath, itemId, repeated, userId } from '../schemas/parameters.ts'
import { ifNoneMatch, tagged, tell } from '../tell.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/users/{userId}/estimates',
  tags: ['Recommendations'],
  summary: 'How much a user may like some items',
  description:
    'A score for each `item`, in the order asked. By the model where it knows something the user likes, else by popularity: `strategy` tells. 0 for what is known and cannot be scored.',
  security: needs('read'),
  parameters: ifNoneMatch,
  request: {
    params: z.strictObject({ userId: inPath('userId', userId) }),
    query: z.strictObject({ item: repeated(itemId), ...awaited }),
  },
  responses: {
    ...tagged(json(freshList, 'The items as asked; those that nobody knows, or that were deleted, in `ignored`')),
    ...refusals(400, 409),
  },
})

export const userEstimates = (app: App, { engine, freshFor }: Gateway) =>
  app.openapi(route, async (c) => {
    const { userId } = c.req.valid('param')
    const { item, ...after } = c.req.valid('query')
    const fresh = await freshFor(after, userId)
    return tell(c, { ...(await engine.rank({ userId }, item, { order: 'asked' })), ...fresh })
  })
