import type { Job, JobRecord } from './job-record.ts'

/** How rows of ClickHouse differ from what the log leads to. */
export interface RowFaults {
  readonly checked: number
  /** On the log, and not in ClickHouse. */
  missing: number
  /** In ClickHouse, though the log leads to no such row: a second one of an event, or one of somebody who was erased. */
  doubled: number
  /** Not what the log says. */
  different: number
}

/** How the histories of users differ from what the log makes of them. */
export interface UserFaults {
  checked: number
  /** They have ratings on the log, and no state. */
  missing: number
  /** They have a state, and nothing on the log that leads to it: somebody who was erased, say. */
  extra: number
  different: number
}

/** How vectors of a sample of the users differ from those that are solved from the log alone. */
export interface VectorFaults {
  checked: number
  different: number
  /** Of users of the sample whose vector is of a generation that is kept no longer, or who have none. */
  unsolved: number
}

/** How item statistics differ from a recount. */
export interface StatisticsFaults {
  /** Items, once for each partition that counts them. */
  checked: number
  different: number
}

/** How ClickHouse's catalogue differs from what the log makes of it. */
export interface ItemFaults {
  readonly checked: number
  missing: number
  /** An older event of the item than the log has. */
  different: number
}

/** Records that are no events or no items. */
export interface DeadLetterFaults {
  readonly checked: number
  /** Not among the dead letters. */
  missing: number
}

/** Log, ClickHouse and user state compared. */
export interface LedgerReport {
  /** Records on the log when it was read. */
  readonly records: number
  /** Records that a store has not had its effect of yet, so that they were not compared. */
  readonly behind: { readonly clickhouse: number; readonly state: number }
  readonly rows: RowFaults
  readonly users: UserFaults
  readonly vectors: VectorFaults
  readonly statistics: StatisticsFaults
  readonly items: ItemFaults
  readonly deadLetters: DeadLetterFaults
  /** All together: 0 when everything is as the log says. */
  readonly faults: number
  /** The first of them in words. */
  readonly told: readonly string[]
  readonly seconds: number
}

/** A comparison of log, ClickHouse and user state, under way or done. */
export type VerificationRecord = JobRecord<undefined, LedgerReport>
export type Verifications = Job<undefined, LedgerReport>
