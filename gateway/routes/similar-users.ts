import { randomUUIDv7 } from 'node:crypto'
import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { awaited, freshness } from '../read-your-writes.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { inPath, paging, userId } from '../schemas/parameters.ts'
import { ifNoneMatch, tagged, tell } from '../tell.ts'

const similarUserList = z
  .object({
    recommendationId: z.string(),
    users: z.array(
      z.object({ userId: z.string(), score: z.number().openapi({ description: 'Cosine of the two vectors' }) }),
    ),
    generation: z.string().nullable(),
    ...freshness,
  })
  .openapi('SimilarUsers')

const route = createRoute({
  method: 'get',
  path: '/v1/users/{userId}/similar',
  tags: ['Users'],
  summary: 'Users with the same taste',
  description:
    'Among a sample of at most 10,000 users that the model keeps. Empty for a user of whom the model knows no positive rating, and past the end of the sample.',
  security: needs('read'),
  parameters: ifNoneMatch,
  request: {
    params: z.strictObject({ userId: inPath('userId', userId) }),
    query: z.strictObject({ ...paging, ...awaited }),
  },
  responses: { ...tagged(json(similarUserList, 'The users, most similar first')), ...refusals(400, 409, 503) },
})

export const similarUsers = (app: App, { engine, freshFor }: Gateway) =>
  app.openapi(route, async (c) => {
    const { userId } = c.req.valid('param')
    const { after, wait, ...paging } = c.req.valid('query')
    const fresh = await freshFor({ after, wait }, userId)
    const answer = await engine.insights.similarUsers(userId, paging)
    return tell(c, { recommendationId: randomUUIDv7(), ...answer, ...fresh })
  })
