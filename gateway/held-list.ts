import type { UserRecord } from '../infra/user-state/port.ts'
import { hasSeen } from '../models/history/apply.ts'
import type { HistoryEntry } from '../models/history/types.ts'
import type { ListedItem } from './engine/answers.ts'
import type { Asker, Strategy } from './engine/request.ts'

/** What does not change of a listed item while its list is held. */
export type HeldItem = Pick<ListedItem, 'itemId' | 'score' | 'isNew'>

/** A list as it was made, of which only the part that was shown is gone through yet. */
export interface HeldList {
  readonly userId: string
  readonly strategy: Strategy
  readonly generation: string | null
  readonly items: readonly HeldItem[]
  /** How many of the list stood before these. Left out: as many as a page has. */
  readonly before?: number
  /** What the user had rated last before it was made; undefined: nothing was known of them. */
  readonly knownBy: Pick<HistoryEntry, 'itemId' | 'eventId'> | undefined
  /** What the user has rated is listed, too. */
  readonly includeKnown?: boolean | undefined
  /** Its pages say why: what the user was looking at counts too. Left out: nobody asked. */
  readonly explain?: Pick<Asker, 'contextItemId'> | undefined
  /** The names of those attributes that its pages tell. */
  readonly attributes?: readonly string[] | undefined
}

/** For `knownBy`: to be looked at before the list is made. */
export function lastRated(record: UserRecord | undefined): HeldList['knownBy'] {
  let last: HistoryEntry | undefined
  for (const entry of record?.history.values() ?? []) last = entry
  return last && { itemId: last.itemId, eventId: last.eventId }
}

/**
 * Whether who has the id now is the user whose list it is. An erasure takes the history with it; while there was none, it
 * remembers the event, even if the item was rated anew.
 */
export function isStillTheirs({ strategy, knownBy }: HeldList, record: UserRecord | undefined): boolean {
  // What is nobody's own is for anybody.
  if (!knownBy) return strategy !== 'fold-in'
  const entry = record?.history.get(knownBy.itemId)
  return entry !== undefined && hasSeen(entry, knownBy.eventId)
}

/** Half as long as with a name and a number for each item: scores as bytes, little-endian f64. */
interface Packed extends Omit<HeldList, 'items'> {
  readonly itemIds: readonly string[]
  readonly scores: string
  /** Places of those that are new. */
  readonly news: readonly number[]
}

const SCORE_BYTES = 8

export function packed({ items, ...list }: HeldList): string {
  const scores = Buffer.alloc(items.length * SCORE_BYTES)
  items.forEach(({ score }, n) => void scores.writeDoubleLE(score, n * SCORE_BYTES))
  const itemIds = items.map(({ itemId }) => itemId)
  const news = [...items.keys()].filter((n) => items[n]?.isNew)
  return JSON.stringify({ ...list, itemIds, scores: scores.toString('base64'), news } satisfies Packed)
}

export function unpacked(json: string): HeldList {
  const { itemIds, scores, news, ...list }: Packed = JSON.parse(json)
  const bytes = Buffer.from(scores, 'base64')
  const items = itemIds.map((itemId, n): HeldItem => ({ itemId, score: bytes.readDoubleLE(n * SCORE_BYTES) }))
  for (const n of news) items[n] = { ...(items[n] as HeldItem), isNew: true }
  return { ...list, items }
}
