import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { badRequest, json } from '../schemas/answers.ts'
import { trouble, troubleAnswer } from '../schemas/operation.ts'

const report = z
  .object({
    status: z.enum(['ready', 'not ready']),
    model: z
      .enum(['loaded', 'none', 'training'])
      .openapi({ description: '`none`: there are no ratings yet to make one from; `training`: there are' }),
    missing: z.array(trouble),
  })
  .openapi('Readiness')

const route = createRoute({
  method: 'get',
  path: '/readyz',
  tags: ['Operation'],
  summary: 'Whether requests can be answered in full',
  security: [],
  responses: {
    200: json(report, 'Stores answer and a model is loaded, or there is nothing yet to make one from'),
    ...badRequest,
    503: json(report, 'What is missing'),
  },
})

export const readyz = (app: App, { health }: Gateway) =>
  app.openapi(route, async (c) => {
    const { ready, model, missing } = await health.ready()
    const body = { model, missing: missing.map(troubleAnswer) }
    return ready
      ? c.json({ status: 'ready' as const, ...body }, 200)
      : c.json({ status: 'not ready' as const, ...body }, 503)
  })
