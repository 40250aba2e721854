import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { pointer } from '../schemas/operation.ts'
import { inPath, text } from '../schemas/parameters.ts'

const route = createRoute({
  method: 'post',
  path: '/v1/admin/generations/{id}/activate',
  tags: ['Administration'],
  summary: 'Serve this model, and stay with it',
  description:
    'Rolls back, or forward. The model stays pinned: later rebuilds publish theirs without serving it. It is read whole first: one that is damaged is refused, and what is served stays.',
  security: needs('admin'),
  request: { params: z.strictObject({ id: inPath('id', text(1, 128)) }) },
  responses: { 200: json(pointer, 'What is served from now on'), ...refusals(400, 404, 409, 503) },
})

export const adminActivate = (app: App, { models }: Gateway) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    await models.load(id)
    await models.activate(id, true)
    return c.json({ active: id, pinned: true }, 200)
  })
