import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { verification, verificationAnswer } from '../verification.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/admin/verifications',
  tags: ['Administration'],
  summary: 'The last comparison of log, ClickHouse and user state',
  description: 'Of this process, since it started.',
  security: needs('admin'),
  responses: {
    200: json(z.object({ verification: verification.optional() }), 'Left out where there was none'),
    ...refusals(400),
  },
})

export const adminVerifications = (app: App, { verifications }: Gateway) =>
  app.openapi(route, (c) => {
    const last = verifications?.last()
    return c.json(last ? { verification: verificationAnswer(last) } : {}, 200)
  })
