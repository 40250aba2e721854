import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { readErasureId } from '../erasure-id.ts'
import { Problem } from '../problems.ts'
import { inPath, json, needs, refusals } from '../schemas.ts'

const state = z.enum(['erased', 'pending', 'until newer models'])
type State = z.output<typeof state>

const receipt = z
  .object({
    erasureId: z.string(),
    status: z.enum(['running', 'complete']).openapi({ description: 'complete: every store is done' }),
    stores: z.record(z.string(), state).openapi({
      description:
        '`until newer models`: a model from before the erasure is kept still, and may hold a vector of the user among its sample, which is shown to nobody; the last five models are kept. Lists that were held for `nextPage` are gone within ten minutes, and are shown to nobody until then.',
    }),
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
  security: needs('erase', 'admin', 'read'),
  request: { params: z.strictObject({ erasureId: inPath('erasureId', z.string().min(1).max(512)) }) },
  responses: { 200: json(receipt, 'The receipt'), ...refusals(400, 404) },
})

export const getErasure = (app: App, { log, models, applied }: Gateway) =>
  app.openapi(route, async (c) => {
    const { erasureId } = c.req.valid('param')
    const decoded = readErasureId(erasureId)
    const [position] = decoded?.positions ?? []
    const isOurs = decoded?.logId === log.identity.id && decoded.positions.length === 1
    const end = isOurs && position ? (await log.ends('ratings'))[position.partition] : undefined
    if (!position || end === undefined || position.offset >= end)
      throw new Problem('not-found', `There is no erasure '${erasureId}'; DELETE /v1/users/{userId} answers its id.`)
    const { partition, offset } = position
    const [reached, generations] = await Promise.all([applied(partition), models.list()])
    const isInModels = generations.some(({ watermark }) => (watermark[partition] ?? 0) <= offset)
    const inModels: State = isInModels ? 'until newer models' : 'erased'
    const states = Object.entries(reached).map(([store, upTo]): [string, State] => [
      store,
      upTo >= offset ? 'erased' : 'pending',
    ])
    const stores = Object.fromEntries([...states, ['model store', inModels]])
    const isComplete = Object.values(stores).every((one) => one === 'erased')
    return c.json(
      {
        erasureId,
        status: isComplete ? ('complete' as const) : ('running' as const),
        stores,
        logBytes: 'until rewrite-log' as const,
      },
      200,
    )
  })
