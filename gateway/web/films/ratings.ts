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
  const record = await engine.profiles.recordOf(userId)
  return [...(record?.history.values() ?? [])].some(({ value }) => value !== null)
}
