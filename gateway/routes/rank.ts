import { createRoute, z } from '@hono/zod-openapi'
import { ASKING_FOR_ONE, asker, askingForOne } from '../asker.ts'
import type { App, Gateway } from '../context.ts'
import { itemIds } from '../list-query.ts'
import { awaited, freshList, usersOf } from '../read-your-writes.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { receiverOf } from '../served-log.ts'

export const rank = (app: App, { log, engine, freshFor, served }: Gateway) => {
  const body = z
    .strictObject({ ...asker(log.identity.scale), items: itemIds })
    .superRefine(askingForOne)
    .openapi('RankRequest', ASKING_FOR_ONE)

  const route = createRoute({
    method: 'post',
    path: '/v1/rank',
    tags: ['Recommendations'],
    summary: 'Rank a list of your own, for a user, an anonymous taste, or a group',
    description:
      'All of it is ranked, what the user has rated and what is hidden from lists too. What is known and cannot be scored comes last, with 0. What a score measures depends on `strategy`: of whoever the model does not know it counts likes (`popular`), or is a likeness to `contextItemId` (`similar`).',
    security: needs('read'),
    request: {
      query: z.strictObject(awaited),
      body: { required: true, content: { 'application/json': { schema: body } } },
    },
    responses: {
      200: json(freshList, 'The items, best first; those that nobody knows, or that were deleted, in `ignored`'),
      ...refusals(400, 409, 408, 413, 415),
    },
  })

  return app.openapi(route, async (c) => {
    const { items, explain, ...asked } = c.req.valid('json')
    const fresh = await freshFor(c.req.valid('query'), ...usersOf(asked))
    const answer = served.note(await engine.rank(asked, items, { explain }), receiverOf(c, asked.userId))
    return c.json({ ...answer, ...fresh }, 200)
  })
}
