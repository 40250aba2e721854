import type { Offset } from '../../models/events/types.ts'
import type { History } from '../../models/history/types.ts'
import type { ItemStatistics } from '../../models/ranking/types.ts'
import type { LogIdentity } from '../event-log/port.ts'

/** What is known of a user. The history is the truth; the vector is a cache of what `generation` makes of it. */
export interface UserRecord {
  readonly userId: string
  readonly history: History
  /** Length d of `generation`; undefined: never solved. All zeros: no positive rating of an item of the generation. */
  readonly vector: Float32Array | undefined
  readonly generation: string | undefined
  /** Offset, on the user's partition, of the last event that is in the history. */
  readonly appliedOffset: Offset
}

/** Last offset whose effect is counted in the statistics, and last offset below which every user's state is written. −1: none yet. */
export interface PartitionOffsets {
  readonly counted: Offset
  readonly applied: Offset
}

/**
 * Of somebody who was erased, what stands in a shared store for so long after it is the offset of the erasure, which no read shows:
 * a writer who read before it must not take the place for one where nobody ever was. Writers act on what they read sooner.
 */
export const ERASED_KEPT_MS = 600_000

export interface UserWrite {
  /** Without a history it is an erasure: the record is removed. */
  readonly next: UserRecord
  readonly userId: string
  /** `appliedOffset` of the record when it was read; undefined: there was none. */
  readonly expectedOffset: Offset | undefined
}

export type StateChange =
  | { readonly type: 'user'; readonly userId: string }
  | { readonly type: 'watermark'; readonly partition: number; readonly applied: Offset }
  /** Statistics of these items, at most 1,000, changed; what is counted now reaches to `counted`. A larger batch comes in several. */
  | {
      readonly type: 'items'
      readonly partition: number
      readonly counted: Offset
      readonly itemIds: readonly string[]
    }
  /** From now on changes go unheard, until a gap is announced: whoever keeps copies keeps none. */
  | { readonly type: 'deaf' }
  /** Changes may have gone unheard (a subscription was broken and is back): whoever keeps copies reads again. */
  | { readonly type: 'gap' }

/** A role's sign of life. */
export interface Heartbeat {
  readonly role: string
  /** Tells processes of the same role apart. */
  readonly process: string
  readonly at: number
  readonly details: Readonly<Record<string, unknown>>
}

/**
 * Latest state of every user, and the item statistics of every log partition. A write is atomic and is a compare-and-set on
 * the log offset the record had applied when it was read. Methods throw `UnavailableError` when the store does not answer.
 */
export interface UserState {
  /** @param known read before: it is given back, rather than read once more, while nothing of it has changed */
  read(userId: string, known?: UserRecord): Promise<UserRecord | undefined>
  /**
   * In the order of `userIds`, in one round trip. Many long histories are decoded in slices, so that others have a turn.
   * @param known  as of `read`
   */
  readMany(
    userIds: readonly string[],
    known?: (userId: string) => UserRecord | undefined,
  ): Promise<(UserRecord | undefined)[]>
  /**
   * Each write stands or fails by itself.
   * @returns for each: the record that stands now, `next` or somebody else's; one without a history tells of an erasure
   */
  writeMany(writes: readonly UserWrite[]): Promise<(UserRecord | undefined)[]>
  /** Every record, in no order, one page in memory at a time. */
  scan(): AsyncIterable<UserRecord>

  offsets(partition: number): Promise<PartitionOffsets>
  statistics(partition: number): Promise<Map<string, ItemStatistics>>
  readStatistics(partition: number, itemIds: readonly string[]): Promise<(ItemStatistics | undefined)[]>
  /** Stores the touched items' statistics together with `counted`, if `counted` still is `expectedCounted`. A count of 0 removes the item. @returns whether it was stored */
  count(
    partition: number,
    expectedCounted: Offset,
    counted: Offset,
    touched: ReadonlyMap<string, ItemStatistics>,
  ): Promise<boolean>
  /** Moves the applied watermark; it never moves back. */
  advance(partition: number, applied: Offset): Promise<void>

  /** Every write of a user or of statistics and every move of a watermark, of all processes, as they happen. @returns stops listening */
  changes(listener: (change: StateChange) => void): () => void

  /** Holds a list for `nextPage`: any process may read it, and a crash may lose it. */
  putPage(id: string, json: string, ttlMs: number): Promise<void>
  /** @param id  may be any text: a client asks. @returns undefined: never there, or gone */
  page(id: string): Promise<string | undefined>

  /** Records the log this state belongs to, if none is recorded. @returns the one recorded: compare it with your own */
  bind(identity: LogIdentity): Promise<LogIdentity>
  beat(heartbeat: Heartbeat): Promise<void>
  /** Those of the last `maxAgeMs`. */
  heartbeats(maxAgeMs: number): Promise<Heartbeat[]>
  /** Changes when the store may have lost writes it had acknowledged (Redis: the server's run id). */
  incarnation(): Promise<string>
  ping(): Promise<void>
  close(): Promise<void>
}
