import { createRoute, z } from '@hono/zod-openapi'
import type { App } from '../context.ts'
import { badRequest, json } from '../schemas/answers.ts'

const route = createRoute({
  method: 'get',
  path: '/livez',
  tags: ['Operation'],
  summary: 'Whether the process answers',
  security: [],
  responses: { 200: json(z.object({ status: z.literal('live') }), 'It does'), ...badRequest },
})

export const livez = (app: App) => app.openapi(route, (c) => c.json({ status: 'live' as const }, 200))
