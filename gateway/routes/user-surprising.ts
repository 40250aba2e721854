import { randomUUIDv7 } from 'node:crypto'
import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { inPath, json, needs, paging, refusals, shownItem, userId } from '../schemas.ts'

const surprises = z
  .object({
    recommendationId: z.string(),
    items: z.array(
      shownItem.extend({
        value: z.number(),
        score: z.number().openapi({ description: 'What the other ratings of the user make of the item' }),
      }),
    ),
    generation: z.string().nullable(),
  })
  .openapi('Surprises')

const route = createRoute({
  method: 'get',
  path: '/v1/users/{userId}/surprising',
  tags: ['Users'],
  summary: 'What a user likes though nothing foretold it',
  description: 'Each liked item is scored by the other ratings alone; the lowest score stands first.',
  security: needs('read'),
  request: { params: z.strictObject({ userId: inPath('userId', userId) }), query: z.strictObject(paging) },
  responses: { 200: json(surprises, 'The liked items, most surprising first'), ...refusals(400) },
})

export const userSurprising = (app: App, { engine }: Gateway) =>
  app.openapi(route, async (c) => {
    const { userId } = c.req.valid('param')
    const answer = await engine.insights.surprising(userId, c.req.valid('query'))
    return c.json({ recommendationId: randomUUIDv7(), ...answer }, 200)
  })
