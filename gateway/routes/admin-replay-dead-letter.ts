import { createRoute } from '@hono/zod-openapi'
import { deadLetterOf, replayDeadLetter } from '../../infra/event-log/dead-letters.ts'
import type { App, Gateway } from '../context.ts'
import { deadLetter, deadLetterAnswer, deadLetterInPath } from '../dead-letters.ts'
import { json, needs, refusals } from '../schemas/answers.ts'

const route = createRoute({
  method: 'post',
  path: '/v1/admin/dead-letters/{id}/replay',
  tags: ['Administration'],
  summary: 'Put a record that was put aside onto its topic again',
  description: 'At the end, with the same bytes. Where they are still no event they come back as another letter.',
  security: needs('admin'),
  request: { params: deadLetterInPath },
  responses: { 200: json(deadLetter, 'It is on its topic again'), ...refusals(400, 404) },
})

export const adminReplayDeadLetter = (app: App, { log }: Gateway) =>
  app.openapi(route, async (c) => {
    const letter = await deadLetterOf(log, c.req.valid('param').id)
    await replayDeadLetter(log, letter)
    return c.json(deadLetterAnswer(letter), 200)
  })
