import { isAbsolute } from 'node:path'
import { createRoute, z } from '@hono/zod-openapi'
import { requireFolderToken } from '../access.ts'
import { backup, backupAnswer } from '../backup.ts'
import type { App, Gateway } from '../context.ts'
import { Problem } from '../problems.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { ruled, text } from '../schemas/parameters.ts'

const directory = ruled(text(1, 4096), (path) => (isAbsolute(path) ? undefined : 'Expected an absolute path')).openapi({
  pattern: '^/',
})

const route = createRoute({
  method: 'post',
  path: '/v1/admin/backups',
  tags: ['Administration'],
  summary: 'Copy the data folder',
  description:
    'For `npm run backup` on the same machine, which makes the empty directory and writes sums of what was copied: whoever may name a path must hold the token in the lock of the data folder. One that is under way is the answer.',
  security: needs('admin'),
  request: { body: { required: true, content: { 'application/json': { schema: z.strictObject({ directory }) } } } },
  responses: { 202: json(backup, 'The copy'), ...refusals(400, 404, 408, 413, 415) },
})

export const adminBackUp = (app: App, { backups, settings }: Gateway) =>
  app.openapi(route, (c) => {
    if (!backups)
      throw new Problem('not-found', 'This process has no data folder: its stores have backups of their own.')
    requireFolderToken(c, settings.adminToken)
    return c.json(backupAnswer(backups.start(c.req.valid('json'))), 202)
  })
