import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ModelStore, RebuildRecord } from './port.ts'

const LOOK_MS = 200

/**
 * Asks whichever rebuilder has the lease for a rebuild. While one is asked for or under way, that one is the answer.
 * @returns the record to follow
 */
export async function requestRebuild(models: ModelStore, reason: RebuildRecord['reason']): Promise<RebuildRecord> {
  const standing = await models.rebuild()
  if (standing?.status === 'requested' || standing?.status === 'running') return standing
  const now = Date.now()
  const id = randomUUID()
  const record = {
    id,
    requestedAt: now,
    reason,
    status: 'requested',
    progress: '',
    generation: undefined,
    updatedAt: now,
  } as const
  await models.writeRebuild(record)
  return record
}

/** Follows a rebuild to its end. @returns its last record */
export async function followRebuild(
  models: ModelStore,
  id: string,
  onProgress: (record: RebuildRecord) => void,
): Promise<RebuildRecord> {
  for (let last = ''; ; ) {
    const record = await models.rebuild()
    if (record === undefined || record.id !== id) throw new Error('another rebuild took the place of this one')
    if (record.progress !== last) onProgress(record)
    last = record.progress
    if (record.status !== 'requested' && record.status !== 'running') return record
    await sleep(LOOK_MS)
  }
}
