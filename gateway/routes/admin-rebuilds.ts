import { createRoute } from '@hono/zod-openapi'
import { requestRebuild } from '../../infra/model-store/rebuild-request.ts'
import type { App, Gateway } from '../context.ts'
import { json, needs, rebuild, rebuildAnswer, refusals } from '../schemas.ts'

const route = createRoute({
  method: 'post',
  path: '/v1/admin/rebuilds',
  tags: ['Administration'],
  summary: 'Ask for a full rebuild of the model',
  description: 'One that was asked for already, or is under way, is the answer. `/v1/admin/status` shows how it goes.',
  security: needs('admin'),
  responses: { 202: json(rebuild, 'The rebuild'), ...refusals(503) },
})

export const adminRebuilds = (app: App, { models }: Gateway) =>
  app.openapi(route, async (c) => c.json(rebuildAnswer(await requestRebuild(models, 'demand')), 202))
