import { createRoute, z } from '@hono/zod-openapi'
import { backup, backupAnswer } from '../backup.ts'
import type { App, Gateway } from '../context.ts'
import { json, needs, refusals } from '../schemas/answers.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/admin/backups',
  tags: ['Administration'],
  summary: 'The last copy of the data folder',
  description: 'Of this process, since it started.',
  security: needs('admin'),
  responses: {
    200: json(z.object({ backup: backup.optional() }), 'Left out where there was none'),
    ...refusals(400),
  },
})

export const adminBackups = (app: App, { backups }: Gateway) =>
  app.openapi(route, (c) => {
    const last = backups?.last()
    return c.json(last ? { backup: backupAnswer(last) } : {}, 200)
  })
