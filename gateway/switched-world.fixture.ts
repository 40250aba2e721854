import type { UserRecord } from '../infra/user-state/port.ts'
import type { HistoryEntry } from '../models/history/types.ts'
import { seededRandom } from '../models/linalg/random.ts'
import type { TestGateway } from './gateway.fixture.ts'
import { ITEM_IDS } from './random-generation.fixture.ts'

const random = seededRandom(5)
export const draw = (limit: number): number => Math.floor(limit * random())
export const pick = <T>(all: readonly T[]): T => all[draw(all.length)] as T
/** Some different items: as many as that or fewer. */
export const someItems = (count: number): string[] => [...new Set(Array.from({ length: count }, () => pick(ITEM_IDS)))]

export const GENRES = ['drama', 'comedy', 'noir']
/** No generation knows them: one is described, one has raters, one has both. */
export const NEWCOMERS = ['n-described', 'n-rated', 'n-both']

/** Of the items that are described. */
export const genresOf: ReadonlyMap<string, readonly string[]> = new Map(
  [...ITEM_IDS.filter((_, n) => n % 3 !== 0), 'n-described', 'n-both'].map((itemId, n) => [
    itemId,
    [pick(GENRES), GENRES[n % 3] as string].slice(0, 1 + (n % 2)),
  ]),
)

export const users: readonly UserRecord[] = Array.from({ length: 30 }, (_, n) => userOf(`u${n}`))
/** Of the items that no generation knows. */
export const raters = new Map(['n-rated', 'n-both'].map((itemId) => [itemId, users.slice(0, 4)]))

/** Ratings of all kinds, some of them withdrawn. */
function userOf(userId: string): UserRecord {
  const history = [...someItems(10), 'n-rated', 'n-both'].map((itemId, n): [string, HistoryEntry] => {
    const value = itemId.startsWith('n-') ? 5 : pick([null, 1, 2, 3, 4, 4, 4.5, 5, 5])
    return [itemId, { itemId, value, occurredAt: n, offset: n, eventId: crypto.randomUUID(), superseded: [] }]
  })
  return { userId, history: new Map(history), vector: undefined, generation: undefined, appliedOffset: 0 }
}

/** What sinks and updaters have done before a gateway is asked. */
export async function fill({ state, send }: TestGateway): Promise<void> {
  const items = Array.from(genresOf, ([itemId, genres]) => ({ itemId, title: `Title of ${itemId}`, genres }))
  await send('POST', '/v1/items', items)
  await state.writeMany(users.map((user) => ({ userId: user.userId, expectedOffset: undefined, next: user })))
  const touched = Array.from(raters, ([itemId, records]) => {
    const count = records.length
    const standing = records.map(({ userId }, offset) => ({ userId, occurredAt: 0, offset }))
    const decayed = [count, count, count]
    return [itemId, { count, sum: 5 * count, positives: count, decayed, decayedAt: 0, raters: standing }] as const
  })
  await state.count(0, -1, 0, new Map(touched))
}
