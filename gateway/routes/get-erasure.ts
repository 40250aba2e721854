import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { readErasureId } from '../erasure-id.ts'
import { Problem } from '../problems.ts'
import { inPath, json, needs, refusals } from '../schemas.ts'

const receipt = z
  .object({
    erasureId: z.string(),
    status: z.enum(['running', 'complete']).openapi({ description: 'complete: no store holds anything of the user' }),
    stores: z.record(z.string(), z.enum(['erased', 'pending'])),
    logBytes: z.enum(['removed', 'until rewrite-log']).openapi({
      description: 'Whether the events themselves are off the log, which nobody reads them from for that user any more',
    }),
  })
  .openapi('Erasure')

const route = createRoute({
  method: 'get',
  path: '/v1/erasures/{erasureId}',
  tags: ['Users'],
  summary: 'How far an erasure is',
  security: needs('ingest', 'read'),
  request: { params: z.strictObject({ erasureId: inPath('erasureId', z.string().min(1).max(512)) }) },
  responses: { 200: json(receipt, 'The receipt'), ...refusals(400, 404) },
})

export const getErasure = (app: App, { log, applied }: Gateway) =>
  app.openapi(route, async (c) => {
    const { erasureId } = c.req.valid('param')
    const decoded = readErasureId(erasureId)
    const [position] = decoded?.positions ?? []
    const isOurs = decoded?.logId === log.identity.id && decoded.positions.length === 1
    const end = isOurs && position ? (await log.ends('ratings'))[position.partition] : undefined
    if (!position || end === undefined || position.offset >= end)
      throw new Problem('not-found', `There is no erasure '${erasureId}'; DELETE /v1/users/{userId} answers its id.`)
    const reached = Object.entries(await applied(position.partition))
    const stores = reached.map(([store, offset]) => [store, offset >= position.offset ? 'erased' : 'pending'] as const)
    const isComplete = stores.every(([, state]) => state === 'erased')
    return c.json(
      {
        erasureId,
        status: isComplete ? ('complete' as const) : ('running' as const),
        stores: Object.fromEntries(stores),
        logBytes: 'until rewrite-log' as const,
      },
      200,
    )
  })
