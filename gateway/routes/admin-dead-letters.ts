import { createRoute, z } from '@hono/zod-openapi'
import { deadLettersOn } from '../../infra/event-log/dead-letters.ts'
import type { App, Gateway } from '../context.ts'
import { deadLetter, deadLetterAnswer } from '../dead-letters.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { paging } from '../schemas/parameters.ts'

const deadLetters = z.object({ letters: z.array(deadLetter), total: z.int() }).openapi('DeadLetters')

const route = createRoute({
  method: 'get',
  path: '/v1/admin/dead-letters',
  tags: ['Administration'],
  summary: 'Records that no consumer could read',
  description: 'Those that nobody has replayed or dropped yet, in the order in which they were put aside.',
  security: needs('admin'),
  request: { query: z.strictObject(paging) },
  responses: { 200: json(deadLetters, 'The part that was asked for, of `total`'), ...refusals(400) },
})

export const adminDeadLetters = (app: App, { log }: Gateway) =>
  app.openapi(route, async (c) => {
    const { skip, limit } = c.req.valid('query')
    const letters = await deadLettersOn(log)
    return c.json({ letters: letters.slice(skip, skip + limit).map(deadLetterAnswer), total: letters.length }, 200)
  })
