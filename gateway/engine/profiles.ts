import { UnavailableError } from '../../infra/errors.ts'
import type { UserRecord, UserState } from '../../infra/user-state/port.ts'
import { keepRecentUsers } from '../../infra/user-state/recent-users.ts'
import type { FoldIn } from '../../models/als/fold-in.ts'
import { observe } from '../../models/als/observations.ts'
import type { Generation } from '../../models/als/types.ts'
import type { History } from '../../models/history/types.ts'
import type { ServedGeneration } from './serving.ts'

/** How many ratings the users kept for bad times may have together: some 100 MB. The embedded state gives out what it keeps itself. */
const MAX_KEPT_RATINGS = 2_000_000

export interface Profile {
  readonly record: UserRecord | undefined
  /** True when the user state did not answer: the record is the last one seen, or nothing. */
  readonly isStale: boolean
}

export type Profiles = ReturnType<typeof createProfiles>

/** Reads users; while the user state does not answer, from those seen last. Who changed since, or was erased, is not among them. */
export function createProfiles(state: UserState) {
  const kept = keepRecentUsers(MAX_KEPT_RATINGS)
  const close = state.changes((change) => {
    if (change.type === 'user') kept.delete(change.userId)
    else if (change.type === 'gap') kept.clear()
  })

  function keep(userId: string, record: UserRecord | undefined): void {
    if (record) kept.set(record)
    else kept.delete(userId)
  }

  async function read(userId: string): Promise<Profile> {
    try {
      // The same record while nothing changed: it is not decoded again, and the vector that was solved from it holds on.
      const record = await state.read(userId, kept.get(userId))
      keep(userId, record)
      return { record, isStale: false }
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      return { record: kept.get(userId), isStale: true }
    }
  }

  /** The same of many, in one round trip. */
  async function readMany(userIds: readonly string[]): Promise<Profile[]> {
    try {
      const records = await state.readMany(userIds, (userId) => kept.get(userId))
      return records.map((record, n) => {
        keep(userIds[n] as string, record)
        return { record, isStale: false }
      })
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      return userIds.map((userId) => ({ record: kept.get(userId), isStale: true }))
    }
  }

  /** @throws UnavailableError where neither the user state nor what it last said tells who this is */
  async function recordOf(userId: string): Promise<UserRecord | undefined> {
    const { record, isStale } = await read(userId)
    if (isStale && !record)
      throw new UnavailableError('The user state does not answer. Nothing is lost; ask again later.')
    return record
  }

  return { read, readMany, recordOf, close }
}

/** Vectors solved here: after a rebuild those of all users who have not rated since are of another generation. */
const solved = new WeakMap<UserRecord, { readonly generation: string; readonly vector: Float32Array }>()

function solve(generation: Generation, record: UserRecord, fold: FoldIn): Float32Array {
  const standing = solved.get(record)
  if (standing?.generation === generation.id) return standing.vector
  const vector = fold(observe(record.history, generation))
  solved.set(record, { generation: generation.id, vector })
  return vector
}

/**
 * The user's vector in a generation. One that was solved in another generation is solved again from the
 * history: a vector is never multiplied with factors it was not solved against.
 * @returns undefined: the generation knows no positive rating of this user
 */
export function vectorIn(
  { generation, foldIn }: Pick<ServedGeneration, 'generation' | 'foldIn'>,
  record: UserRecord | undefined,
): Float32Array | undefined {
  if (!record) return undefined
  const isCurrent = record.generation === generation.id && record.vector?.length === generation.items.factors.d
  const vector = isCurrent ? record.vector : solve(generation, record, foldIn)
  return vector?.some((x) => x !== 0) ? vector : undefined
}

/**
 * Whether a generation can have been trained on this user. When nothing stands in the history from before its watermark, they are
 * somebody new: who had the id then was erased. (Or rated all of it anew: the next generation knows them again.)
 * @param partition  the user's, of topic `ratings`
 */
export function wasSeenBy({ watermark }: Pick<Generation, 'watermark'>, history: History, partition: number): boolean {
  const firstUnseen = watermark[partition] ?? 0
  for (const { offset } of history.values()) if (offset < firstUnseen) return true
  return false
}
