import { randomUUIDv7 } from 'node:crypto'
import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { Problem } from '../problems.ts'
import { awaited, freshness } from '../read-your-writes.ts'
import { json, needs, ownByCookie, refusals } from '../schemas/answers.ts'
import { reason, shownItem } from '../schemas/lists.ts'
import { inPath, itemId, pagingBy, userId } from '../schemas/parameters.ts'
import { ifNoneMatch, tagged, tell } from '../tell.ts'

const explanation = z
  .object({
    recommendationId: z.string(),
    itemId: z.string(),
    score: z.number().openapi({ description: 'The sum of all contributions, which is the score in a list' }),
    items: z
      .array(shownItem.extend(reason.shape))
      .openapi({ description: 'The ratings that contributed, strongest first: the part that was asked for' }),
    total: z.int().openapi({ description: 'How many contributed' }),
    dislikes: z.int().openapi({
      description: 'Ratings below the threshold that moved the vector, though they contribute nothing themselves',
    }),
    generation: z.string().nullable(),
    ...freshness,
  })
  .openapi('Explanation')

const route = createRoute({
  method: 'get',
  path: '/v1/users/{userId}/explanations/{itemId}',
  tags: ['Users'],
  summary: 'Why an item has its score',
  description:
    'Exact: the score of an item is a sum over the ratings of the user (Hu, Koren and Volinsky 2008). Zero where the model knows nothing that the user likes.',
  security: [...needs('read'), ownByCookie],
  parameters: ifNoneMatch,
  request: {
    params: z.strictObject({ userId: inPath('userId', userId), itemId: inPath('itemId', itemId) }),
    query: z.strictObject({ ...pagingBy(1000), ...awaited }),
  },
  responses: { ...tagged(json(explanation, 'The contributions')), ...refusals(400, 404, 409) },
})

export const userExplanation = (app: App, { engine, freshFor }: Gateway) =>
  app.openapi(route, async (c) => {
    const { userId, itemId } = c.req.valid('param')
    const { after, wait, ...paging } = c.req.valid('query')
    const fresh = await freshFor({ after, wait }, userId)
    if (!engine.isKnown(itemId))
      throw new Problem('not-found', `Neither the catalogue nor the model knows an item '${itemId}'.`)
    const answer = await engine.insights.explanation(userId, itemId, paging)
    return tell(c, { recommendationId: randomUUIDv7(), ...answer, ...fresh })
  })
