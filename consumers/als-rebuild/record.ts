import type { Logger } from '../../infra/logging.ts'
import type { ModelStore, RebuildRecord } from '../../infra/model-store/port.ts'

/** Keeps the record of a rebuild that runs. */
export interface RecordKeeper {
  /** Resolves when the change is written. */
  note(change: Partial<RebuildRecord>): Promise<void>
  /** The same for progress in words, which may get lost. */
  report(progress: string): void
  /** What was noted is written, or failed to be. */
  written(): Promise<void>
}

export function keepRecord(models: ModelStore, asked: RebuildRecord, logger: Logger): RecordKeeper {
  let record = asked
  let writing = Promise.resolve()

  function note(change: Partial<RebuildRecord>): Promise<void> {
    record = { ...record, ...change, updatedAt: Date.now() }
    const noted = record
    // One after the other: a late "epoch 3" must not land upon "published".
    writing = writing
      .catch(() => {})
      .then(async () => {
        // Asked for by others meanwhile.
        const { again, forceAgain } = (await models.rebuild()) ?? {}
        await models.writeRebuild({ ...noted, ...(again && { again }), ...(forceAgain && { forceAgain }) })
      })
    return writing
  }

  return {
    note,
    report(progress) {
      note({ progress }).catch((error: unknown) =>
        logger.warn({ err: error }, 'could not write the progress of the rebuild'),
      )
    },
    written: () => writing.catch(() => {}),
  }
}
