import type { Offset, RatingScale } from '../../models/events/types.ts'

const DAY_MS = 86_400_000

/**
 * Topics of the log. Partitions and compaction are what a topic is created with; an existing topic keeps its own count. What is kept
 * for some days only is not the truth of anything: ClickHouse has it by then.
 */
export const TOPICS = {
  ratings: { partitions: 8, compacted: false, keptMs: undefined },
  items: { partitions: 1, compacted: true, keptMs: undefined },
  'ratings.dead-letter': { partitions: 1, compacted: false, keptMs: undefined },
  /** Who was erased, by a keyed hash of the id: erasures.ts. */
  erasures: { partitions: 1, compacted: true, keptMs: undefined },
  /** Lists that were answered. */
  served: { partitions: 8, compacted: false, keptMs: 7 * DAY_MS },
  /** The live model's scores on ratings that it predicted before it learnt them. */
  measurements: { partitions: 1, compacted: false, keptMs: 7 * DAY_MS },
} as const
export type Topic = keyof typeof TOPICS
/** Topics that forget. */
export type PassingTopic = { [T in Topic]: (typeof TOPICS)[T]['keptMs'] extends number ? T : never }[Topic]

/** What tells one log from another. Minted when the log is founded; stores refuse to go on with another log. */
export interface LogIdentity {
  readonly id: string
  /** Kafka's cluster id; the same topic name on another cluster is another log. */
  readonly clusterId: string | undefined
  /** Partitions of `ratings`. */
  readonly partitions: number
  readonly scale: RatingScale
}

/** A log that this one was made of, without the users who were erased there. */
export interface FormerLog {
  readonly id: string
  /** Where the partitions of its `ratings` ended. */
  readonly ends: readonly Offset[]
}

export interface NewRecord {
  readonly key: string
  /** null deletes the key on a compacted topic. */
  readonly value: Uint8Array | null
  readonly headers?: Readonly<Record<string, string>>
}

export interface LogRecord {
  readonly partition: number
  readonly offset: Offset
  /** ms since 1970, by the log's clock. */
  readonly appendedAt: number
  readonly key: string
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, string>>
}

export interface Position {
  readonly partition: number
  readonly offset: Offset
}

/** Records of one partition, in offset order, never empty. */
export interface Batch {
  readonly topic: Topic
  readonly partition: number
  readonly records: readonly LogRecord[]
  /** True once the partition was taken away (or the subscription closed) after this batch was read: start no effect then. */
  isStale(): boolean
  /** Keeps the membership alive during a long effect. */
  heartbeat(): Promise<void>
  /** Notes on the log that the group goes on at `next`. Call it after the effect; may be called after `handle` returned. A failure to commit is harmless and is not thrown. */
  commit(next: Offset): Promise<void>
}

export interface Subscription {
  readonly group: string
  readonly topics: readonly Topic[]
  /** Called at every assignment of a partition, before its first batch. @returns the first offset wanted, which is committed at once; undefined: where the group committed, else the beginning */
  resumeAt(topic: Topic, partition: number): Promise<Offset | undefined>
  /** The partition is no longer ours (or is about to be assigned anew): drop what is cached of it. */
  revoked(topic: Topic, partition: number): void
  /** One batch of a partition at a time; different partitions may come concurrently. Must not throw: the consume loop retries inside. */
  handle(batch: Batch): Promise<void>
}

/**
 * An ordered, partitioned, durable log of events. A record's partition is murmur2(key), as Java's clients choose it.
 * Every method may throw `UnavailableError` when the log does not answer within its deadline.
 */
export interface EventLog {
  readonly identity: LogIdentity
  /** What it was before it was rewritten, the oldest first. */
  readonly former: readonly FormerLog[]
  partitionOf(topic: Topic, key: string): number
  /** Resolves when every record is durable (acks=all, or flushed to disk). @returns positions in the order of `records` */
  append(topic: Topic, records: readonly NewRecord[]): Promise<Position[]>
  /** Joins the group and delivers batches until closed. `close` waits for handlers under way, then leaves the group. */
  subscribe(subscription: Subscription): Promise<{ close(): Promise<void> }>
  /** Every record of a topic from its start and then as they come, outside of any group; a promise that `deliver` gives is waited for; `caughtUp` resolves when what stood there at the call was delivered. */
  tail(
    topic: Topic,
    deliver: (records: readonly LogRecord[]) => unknown,
  ): Promise<{ caughtUp: Promise<void>; close(): Promise<void> }>
  /** The offset that the next record of each partition will get. */
  ends(topic: Topic): Promise<Offset[]>
  /** Where the group goes on, by partition; undefined: it never committed there. */
  committed(topic: Topic, group: string): Promise<(Offset | undefined)[]>
  /** What will take the bytes of a record off the log that nobody is to read any more; undefined: they are gone. */
  heldUntil(topic: Topic, position: Position): Promise<'compact' | 'rewrite-log' | undefined>
  /** How many consumers are in the group now. A killed one is, until the log has missed it for some seconds. */
  members(group: string): Promise<number>
  ping(): Promise<void>
  close(): Promise<void>
}
