import type { Job, JobRecord } from './job-record.ts'

export interface BackupOrder {
  /** An empty folder, by its absolute path. */
  readonly directory: string
}

/** A copy of the data folder, under way or done. */
export type BackupRecord = JobRecord<BackupOrder, true>
export type Backups = Job<BackupOrder, true>
