import { randomUUIDv7 } from 'node:crypto'
import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { awaited, freshness } from '../read-your-writes.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { shownItem } from '../schemas/lists.ts'
import { inPath, paging, userId } from '../schemas/parameters.ts'
import { ifNoneMatch, tagged, tell } from '../tell.ts'

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
    ...freshness,
  })
  .openapi('Surprises')

const route = createRoute({
  method: 'get',
  path: '/v1/users/{userId}/surprising',
  tags: ['Users'],
  summary: 'What a user likes though nothing foretold it',
  description: 'Each liked item is scored by the other ratings alone; the lowest score stands first.',
  security: needs('read'),
  parameters: ifNoneMatch,
  request: {
    params: z.strictObject({ userId: inPath('userId', userId) }),
    query: z.strictObject({ ...paging, ...awaited }),
  },
  responses: { ...tagged(json(surprises, 'The liked items, most surprising first')), ...refusals(400, 409) },
})

export const userSurprising = (app: App, { engine, freshFor }: Gateway) =>
  app.openapi(route, async (c) => {
    const { userId } = c.req.valid('param')
    const { after, wait, ...paging } = c.req.valid('query')
    const fresh = await freshFor({ after, wait }, userId)
    const answer = await engine.insights.surprising(userId, paging)
    return tell(c, { recommendationId: randomUUIDv7(), ...answer, ...fresh })
  })
