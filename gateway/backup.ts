import { z } from '@hono/zod-openapi'
import type { BackupRecord } from '../infra/backup-record.ts'

export const backup = z
  .object({
    id: z.string(),
    startedAt: z.iso.datetime(),
    directory: z.string(),
    status: z.enum(['running', 'done', 'failed']),
    progress: z.string(),
  })
  .openapi('Backup')

export function backupAnswer({ id, startedAt, order, status, progress }: BackupRecord): z.output<typeof backup> {
  return { id, startedAt: new Date(startedAt).toISOString(), directory: order.directory, status, progress }
}
