import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { detailsOf } from '../engine/answers.ts'
import { awaited, freshness } from '../read-your-writes.ts'
import { json, needs, ownByCookie, refusals } from '../schemas/answers.ts'
import { listedItem } from '../schemas/lists.ts'
import { inPath, paging, userId } from '../schemas/parameters.ts'
import { ifNoneMatch, tagged, tell } from '../tell.ts'

const ratings = z
  .object({
    items: z.array(listedItem.omit({ score: true }).extend({ value: z.number(), occurredAt: z.iso.datetime() })),
    ...freshness,
  })
  .openapi('RatedItems')

const route = createRoute({
  method: 'get',
  path: '/v1/users/{userId}/ratings',
  tags: ['Users'],
  summary: 'What a user has rated',
  description: 'The latest rating of each item, newest first, without those that were withdrawn.',
  security: [...needs('read'), ownByCookie],
  parameters: ifNoneMatch,
  request: {
    params: z.strictObject({ userId: inPath('userId', userId) }),
    query: z.strictObject({ ...paging, ...awaited }),
  },
  responses: {
    ...tagged(json(ratings, 'The ratings; none for a user nobody has heard of')),
    ...refusals(400, 409, 503),
  },
})

export const userRatings = (app: App, { engine, catalogue, freshFor }: Gateway) =>
  app.openapi(route, async (c) => {
    const { userId } = c.req.valid('param')
    const { skip, limit, ...after } = c.req.valid('query')
    const fresh = await freshFor(after, userId)
    const record = await engine.profiles.recordOf(userId)
    const standing = [...(record?.history.values() ?? [])]
      .filter((entry) => entry.value !== null)
      .sort((x, y) => y.occurredAt - x.occurredAt || y.offset - x.offset)
      .slice(skip, skip + limit)
    const items = standing.map(({ itemId, value, occurredAt }) => ({
      itemId,
      value: value as number,
      occurredAt: new Date(occurredAt).toISOString(),
      ...detailsOf(catalogue, itemId),
    }))
    return tell(c, { items, ...fresh })
  })
