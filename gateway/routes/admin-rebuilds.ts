import { createRoute, z } from '@hono/zod-openapi'
import { requestRebuild } from '../../infra/model-store/rebuild-request.ts'
import type { App, Gateway } from '../context.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { rebuild, rebuildAnswer } from '../schemas/operation.ts'
import { flag } from '../schemas/parameters.ts'

const route = createRoute({
  method: 'post',
  path: '/v1/admin/rebuilds',
  tags: ['Administration'],
  summary: 'Ask for a full rebuild of the model',
  description:
    'One that was asked for already, or is under way, is the answer. `/v1/admin/status` shows how it goes. A model that is worse than the live one is kept, but not served, unless `force` is given.',
  security: needs('admin'),
  request: {
    query: z.strictObject({
      force: flag.openapi({ description: 'Serve the model even if it is worse than the live one' }),
    }),
  },
  responses: { 202: json(rebuild, 'The rebuild'), ...refusals(400, 503) },
})

export const adminRebuilds = (app: App, { models }: Gateway) =>
  app.openapi(route, async (c) => {
    const { force } = c.req.valid('query')
    return c.json(rebuildAnswer(await requestRebuild(models, 'demand', { force })), 202)
  })
