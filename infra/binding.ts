import { ConfigError } from './errors.ts'
import type { EventLog, LogIdentity } from './event-log/port.ts'
import type { RatingStore } from './rating-store/port.ts'
import type { UserState } from './user-state/port.ts'

/**
 * Refuses to go on when a store belongs to another log, or has applied more than this log holds: offsets would mean other events.
 * A new store is bound to this log.
 * @throws ConfigError
 */
export async function bindStores(
  log: EventLog,
  state: UserState | undefined,
  ratings: RatingStore | undefined,
): Promise<void> {
  const ends = await log.ends('ratings')
  if (state !== undefined) {
    await bindState(log, state)
    const offsets = await Promise.all(ends.map((_, partition) => state.offsets(partition)))
    const seen = offsets.map(({ counted, applied }) => Math.max(counted, applied) + 1)
    checkReach('user state', ends, seen)
  }
  if (ratings !== undefined) {
    await bindRatings(log, ratings)
    checkReach('rating store', ends, await ratings.watermark(ends.length))
  }
}

interface Binding {
  /** A store that was filled before the log was rewritten will do: it is about to be emptied. */
  readonly orFormer?: boolean
}

/** Refuses a state of another log, however far it is. @throws ConfigError */
export async function bindState(log: EventLog, state: Pick<UserState, 'bind'>, binding: Binding = {}): Promise<void> {
  checkSame('user state', 'USER_STATE_URL', log, await state.bind(log.identity), binding)
}

/** The same of a rating store. @throws ConfigError */
export async function bindRatings(
  log: EventLog,
  ratings: Pick<RatingStore, 'bind'>,
  binding: Binding = {},
): Promise<void> {
  checkSame('rating store', 'RATING_STORE_URL', log, await ratings.bind(log.identity), binding)
}

function checkSame(
  store: string,
  variable: string,
  { identity: log, former }: EventLog,
  bound: LogIdentity,
  { orFormer = false }: Binding,
): void {
  const ways = `Nothing was changed. Point EVENT_LOG_URL to its log, or ${variable} to an empty store, which is filled from this log (embedded: another --data-dir).`
  if (bound.partitions !== log.partitions)
    throw new ConfigError(
      `the ${store} was filled from a log of ${bound.partitions} partitions, this one has ${log.partitions}: users would stand on other partitions. ${ways}`,
    )
  const isFormer = bound.clusterId === log.clusterId && former.some(({ id }) => id === bound.id)
  if (isFormer && orFormer) return
  if (isFormer)
    throw new ConfigError(
      `the event log was rewritten, and the ${store} is still of the former one. Nothing was changed. npm run rewrite-log brings it to its end.`,
    )
  if (bound.id !== log.id || bound.clusterId !== log.clusterId)
    throw new ConfigError(`the ${store} belongs to event log ${nameOf(bound)}, not to ${nameOf(log)}. ${ways}`)
}

const nameOf = ({ id, clusterId }: LogIdentity): string =>
  clusterId === undefined ? id : `${id} on cluster ${clusterId}`

function checkReach(store: 'user state' | 'rating store', ends: readonly number[], seen: readonly number[]): void {
  const partition = ends.findIndex((end, p) => (seen[p] ?? 0) > end)
  if (partition < 0) return
  throw new ConfigError(
    `the event log ends at offset ${ends[partition]} of partition ${partition}, but the ${store} has applied up to ${seen[partition]}: the log was cut or replaced. ` +
      `Nothing was changed. Bring the log back, or have the ${store} filled anew from what it still holds, and lose what it lost: npm run replay -- ${store === 'user state' ? '--to-state' : '--to-clickhouse'}.`,
  )
}
