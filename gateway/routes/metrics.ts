import { createRoute, z } from '@hono/zod-openapi'
import type { Route } from '../context.ts'
import { refusals } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['Operation'],
  summary: 'Figures for Prometheus',
  responses: {
    200: { description: 'The text format of Prometheus', content: { 'text/plain': { schema: z.string() } } },
    ...refusals(),
  },
})

export const prometheus: Route = (app, { metrics }) =>
  app.openapi(route, async (c) =>
    c.text(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  )
