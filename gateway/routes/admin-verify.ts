import { createRoute } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { Problem } from '../problems.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { verification, verificationAnswer } from '../verification.ts'

const route = createRoute({
  method: 'post',
  path: '/v1/admin/verifications',
  tags: ['Administration'],
  summary: 'Compare log, ClickHouse and user state',
  description: 'Nothing has to stand still meanwhile. One that is under way is the answer; ask by GET how it goes.',
  security: needs('admin'),
  responses: { 202: json(verification, 'The comparison'), ...refusals(400, 404) },
})

export const adminVerify = (app: App, { verifications }: Gateway) =>
  app.openapi(route, (c) => {
    if (!verifications)
      throw new Problem('not-found', 'This process has no ClickHouse open. Run `npm run verify` beside it.')
    return c.json(verificationAnswer(verifications.start(undefined)), 202)
  })
