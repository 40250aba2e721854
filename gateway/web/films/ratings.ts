import type { UserRecord } from '../../../infra/user-state/port.ts'
import type { Gateway } from '../../context.ts'

export interface Rated {
  readonly itemId: string
  readonly value: number
  /** ms since 1970 */
  readonly occurredAt: number
}

/** What a user has rated, newest first; nothing while the user state does not answer. */
export async function ratingsOf(
  { engine }: Pick<Gateway, 'engine'>,
  userId: string,
): Promise<ReadonlyMap<string, Rated>> {
  const { record } = await engine.profiles.read(userId)
  const standing = [...(record?.history.values() ?? [])]
    .filter((entry) => entry.value !== null)
    .sort((x, y) => y.occurredAt - x.occurredAt || y.offset - x.offset)
  return new Map(
    standing.map(({ itemId, value, occurredAt }) => [itemId, { itemId, value: value as number, occurredAt }]),
  )
}

/** Whether there is anything to see of a user. @throws UnavailableError where the user state does not tell */
export async function hasRated({ engine }: Pick<Gateway, 'engine'>, userId: string): Promise<boolean> {
  return isRater(await engine.profiles.recordOf(userId))
}

/** Those of some users of whom there is anything to see; as last seen while the user state does not answer. */
export async function ratersAmong({ engine }: Pick<Gateway, 'engine'>, userIds: readonly string[]): Promise<string[]> {
  const profiles = await engine.profiles.readMany(userIds)
  return userIds.filter((_, n) => isRater(profiles[n]?.record))
}

function isRater(record: UserRecord | undefined): boolean {
  for (const { value } of record?.history.values() ?? []) if (value !== null) return true
  return false
}
