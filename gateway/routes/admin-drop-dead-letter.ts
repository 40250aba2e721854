import { createRoute } from '@hono/zod-openapi'
import { deadLetterOf, dropDeadLetter } from '../../infra/event-log/dead-letters.ts'
import type { App, Gateway } from '../context.ts'
import { deadLetter, deadLetterAnswer, deadLetterInPath } from '../dead-letters.ts'
import { json, needs, refusals } from '../schemas/answers.ts'

const route = createRoute({
  method: 'post',
  path: '/v1/admin/dead-letters/{id}/drop',
  tags: ['Administration'],
  summary: 'List a record that was put aside no longer',
  description: 'Its bytes stay on the log.',
  security: needs('admin'),
  request: { params: deadLetterInPath },
  responses: { 200: json(deadLetter, 'It is listed no longer'), ...refusals(400, 404) },
})

export const adminDropDeadLetter = (app: App, { log }: Gateway) =>
  app.openapi(route, async (c) => {
    const letter = await deadLetterOf(log, c.req.valid('param').id)
    await dropDeadLetter(log, letter)
    return c.json(deadLetterAnswer(letter), 200)
  })
