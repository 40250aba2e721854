import type { Item, Measurement, Offset, RatingEvent, Served } from '../../models/events/types.ts'
import type { LogIdentity, PassingTopic, Position } from '../event-log/port.ts'

/** One rating event with its place on the log. */
export interface RatingRow extends Position {
  readonly event: RatingEvent
  /** ms since 1970: the record's time of append. */
  readonly ingestedAt: number
}

export interface ItemRow {
  readonly itemId: string
  readonly offset: Offset
  /** null: deleted from the catalogue. */
  readonly item: Item | null
}

/** A list that was answered, with its place on topic `served`. */
export interface ServedRow extends Position {
  readonly event: Served
  /** ms since 1970: the record's time of append. */
  readonly ingestedAt: number
}

/** The same of topic `measurements`. */
export interface MeasurementRow extends Position {
  readonly event: Measurement
  readonly ingestedAt: number
}

/** A user whose events below an offset of their partition are to vanish, and lists from before that. */
export interface Erasure {
  readonly userId: string
  readonly partition: number
  readonly before: Offset
  /** ms since 1970: when the erasure was appended. */
  readonly at: number
}

/** Latest ratings in columns, ordered by user id, then item id. `users[i]` and `items[i]` repeat the id of each rating. */
export interface LatestRatings {
  readonly users: string[]
  readonly items: string[]
  readonly values: Float64Array
}

/** Which offsets of a partition: from `from` on, below `to`. */
export interface OffsetRange {
  readonly partition: number
  readonly from: Offset
  readonly to: Offset
}

/** What stands in a range, so that it can be compared without being read. */
export interface RowDigest extends OffsetRange {
  readonly rows: number
  /** Sum of the hashes (row-hash.ts) of its rows, of which 64 bits are kept. */
  readonly hash: bigint
}

/** What the `generations` table keeps of a published model. */
export interface GenerationRow {
  readonly id: string
  readonly createdAt: number
  readonly hyperParameters: Readonly<Record<string, unknown>>
  readonly metrics: Readonly<Record<string, number>>
  readonly users: number
  readonly items: number
  readonly ratings: number
  readonly watermark: readonly Offset[]
  readonly trainSeconds: number
}

/** Every rating event in ClickHouse, for analytics and for rebuilds. Methods throw `UnavailableError` when it does not answer. */
export interface RatingStore {
  /** First offset of the partition that this store has not seen, by its own tables: greater of max(offset) and the noted progress, plus one; 0 when it has nothing. */
  resumeAt(partition: number): Promise<Offset>
  /** Stores one block; durable when it resolves. Storing a row twice counts it once. At most 1,000,000 rows. */
  insertRatings(rows: readonly RatingRow[]): Promise<void>
  /** Notes that every offset below `next` has had its effect, where rows do not show it. Durable when it resolves. */
  noteProgress(partition: number, next: Offset): Promise<void>
  /**
   * Removes what the users did before their erasures, and refuses it from now on, whoever brings it. Call `noteProgress` first: the
   * rows that go may be those that show how far the partition has come.
   */
  eraseUsers(erasures: readonly Erasure[]): Promise<void>
  /** Takes rows that were removed off the disk too. @throws UnavailableError when they do not go, as while somebody reads them; it may be called again */
  purge(): Promise<void>
  insertItems(rows: readonly ItemRow[]): Promise<void>
  /** Where the event stands that this store has of each item. */
  itemRows(): Promise<{ readonly itemId: string; readonly offset: Offset; readonly isDeleted: boolean }[]>
  /** First offset of `items` that this store has not seen. */
  resumeItemsAt(): Promise<Offset>
  /** Stores lists, but for those of users who were erased since. */
  insertServed(rows: readonly ServedRow[]): Promise<void>
  insertMeasurements(rows: readonly MeasurementRow[]): Promise<void>
  /** First offset of a partition of such a topic that this store has not seen, by its rows: where the last ones left none, before these. */
  resumePassingAt(topic: PassingTopic, partition: number): Promise<Offset>
  recordGeneration(row: GenerationRow): Promise<void>

  /** First offset of each partition that is not in the table yet. */
  watermark(partitions: number): Promise<Offset[]>
  /**
   * Latest rating of every (user, item) below the watermark, withdrawn ones left out, of each user the `maxHistory` latest
   * (tombstones count), in blocks of some 100,000, one in memory at a time.
   */
  latestRatings(watermark: readonly Offset[], maxHistory: number): AsyncIterable<LatestRatings>
  /** Events (an event stored twice counts once), and latest ratings. */
  counts(): Promise<{ events: number; latest: number }>

  /** What stands below the watermark, an event stored twice once: of every range of so many offsets in which there is anything. */
  digests(watermark: readonly Offset[], rangeLength: number): Promise<RowDigest[]>
  /** The same rows one by one: the hash of each by its offset. Two at one offset are both there. */
  rowsIn(range: OffsetRange): Promise<{ readonly offset: Offset; readonly userId: string; readonly hash: bigint }[]>

  /** Records the log this store belongs to, if none is recorded. @returns the one recorded */
  bind(identity: LogIdentity): Promise<LogIdentity>
  ping(): Promise<void>
  close(): Promise<void>
}
