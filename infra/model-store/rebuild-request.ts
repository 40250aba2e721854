import { randomUUID } from 'node:crypto'
import { followProgress } from '../follow-progress.ts'
import type { ModelStore, RebuildRecord } from './port.ts'

/**
 * Asks whichever rebuilder has the lease for a rebuild. One that was asked for already is the answer; one under way is, too, and
 * is followed by another, for it may have read the ratings already.
 * @param force  activate what comes of it even if it is worse than the live generation (not where one is pinned)
 * @returns the record to follow
 */
export async function requestRebuild(
  models: ModelStore,
  reason: RebuildRecord['reason'],
  { force = false } = {},
): Promise<RebuildRecord> {
  const forced = force ? { force } : {}
  const standing = await models.rebuild()
  if (standing?.status === 'requested') {
    if (force && !standing.force) await models.writeRebuild({ ...standing, ...forced })
    return { ...standing, ...forced }
  }
  if (standing?.status === 'running') {
    await models.writeRebuild({ ...standing, again: true, ...(force && { forceAgain: true }) })
    return standing
  }
  const now = Date.now()
  const id = randomUUID()
  const record = {
    id,
    requestedAt: now,
    reason,
    status: 'requested',
    progress: '',
    generation: undefined,
    ...forced,
    updatedAt: now,
  } as const
  await models.writeRebuild(record)
  return record
}

/** Follows the newest rebuild to its end, and one that takes its place. @returns the last record */
export const followRebuild = (models: ModelStore, show: (progress: string) => void): Promise<RebuildRecord> =>
  followProgress(
    async () => {
      const record = await models.rebuild()
      if (record === undefined) throw new Error('no rebuild was asked for')
      return record
    },
    isRebuildOver,
    show,
  )

/** One that another follows gave way to it: a search does. */
export const isRebuildOver = ({ status, again }: RebuildRecord): boolean =>
  status !== 'requested' && status !== 'running' && !again
