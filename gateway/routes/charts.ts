import { createRoute, z } from '@hono/zod-openapi'
import { chartInfo, openAnalytics } from '../analytics.ts'
import type { App, Gateway } from '../context.ts'
import { json, needs, refusals } from '../schemas/answers.ts'

const answer = z.object({ charts: z.array(chartInfo) }).openapi('Charts')

const route = createRoute({
  method: 'get',
  path: '/v1/analytics/charts',
  tags: ['Analytics'],
  summary: 'The charts that there are, with their queries',
  description:
    'Each is a question about the data and the SQL that answers it from the views of the database `analytics`: run it by hand to go on from there (`clickhouse client --param_from=2026-01-01 …`). In the order of a dashboard.',
  security: needs('read'),
  responses: { 200: json(answer, 'All of them'), ...refusals(400, 404) },
})

export const charts = (app: App, { analytics }: Gateway) =>
  app.openapi(route, (c) => {
    const charts = openAnalytics(analytics).charts.map(({ parameters, columns, ...chart }) => ({
      ...chart,
      parameters: [...parameters],
      columns: [...columns],
    }))
    return c.json({ charts }, 200)
  })
