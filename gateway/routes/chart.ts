import { createRoute, z } from '@hono/zod-openapi'
import { chartAnswer, chartQuery, csvName, openAnalytics, parametersOf, told } from '../analytics.ts'
import type { App, Gateway } from '../context.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { inPath } from '../schemas/parameters.ts'
import { withoutFormulas } from '../spreadsheet.ts'

const answer = json(chartAnswer, 'The rows and what they say')

const route = createRoute({
  method: 'get',
  path: '/v1/analytics/charts/{name}',
  tags: ['Analytics'],
  summary: 'The figures of a chart',
  description:
    'Whole days from `from` to `to`, both of them counted, in UTC. Without these: the last 90 days, or the last ones in which anything was rated. Most charts show what had come in by `asOf`, some minutes ago. A chart that takes longer than its time budget is cut off, and says `isCut`.',
  security: needs('read'),
  request: {
    params: z.strictObject({ name: inPath('name', z.string().min(1).max(64)) }),
    query: chartQuery,
  },
  responses: {
    200: {
      ...answer,
      content: {
        ...answer.content,
        'text/csv': {
          schema: z.string().openapi({
            description:
              'The rows; the first line names the columns. A text that a spreadsheet would take for a formula (it begins with =, +, - or @) has an apostrophe before it',
          }),
        },
      },
    },
    ...refusals(400, 404, 503),
  },
})

export const chart = (app: App, { analytics }: Gateway) =>
  app.openapi(route, async (c) => {
    const { name } = c.req.valid('param')
    const { format, ...query } = c.req.valid('query')
    const open = openAnalytics(analytics)
    const asked = parametersOf(open, name, query)
    const isCsv = (format ?? (/^text\/csv\b/.test(c.req.header('accept') ?? '') ? 'csv' : 'json')) === 'csv'
    if (!isCsv) return c.json(told(name, await open.run(name, asked)), 200)
    const { csv, ...days } = await open.csv(name, asked)
    return c.text(withoutFormulas(csv), 200, {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${csvName(name, days)}"`,
    })
  })
