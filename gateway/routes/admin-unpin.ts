import { createRoute } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { pointer } from '../schemas/operation.ts'

const route = createRoute({
  method: 'post',
  path: '/v1/admin/generations/unpin',
  tags: ['Administration'],
  summary: 'Let the next rebuild decide again which model is served',
  security: needs('admin'),
  responses: { 200: json(pointer, 'What is served until then'), ...refusals(400, 503) },
})

export const adminUnpin = (app: App, { models }: Gateway) =>
  app.openapi(route, async (c) => {
    await models.unpin()
    const { active, pinned } = await models.pointer()
    return c.json({ active: active ?? null, pinned }, 200)
  })
