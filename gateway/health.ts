import { within } from '../infra/deadline.ts'
import { messageOf } from '../infra/errors.ts'
import type { EventLog } from '../infra/event-log/port.ts'
import type { ModelStore } from '../infra/model-store/port.ts'
import type { Generation } from '../models/als/types.ts'

/** A check that has not answered by then counts as failed. */
const CHECK_DEADLINE_MS = 2_000

export interface Trouble {
  readonly part: string
  /** ms since 1970: when it was first found. */
  readonly since: number
  readonly message: string
}

export interface ReadyReport {
  readonly ready: boolean
  /** `none`: there are no ratings yet to make one from. `training`: there are. */
  readonly model: 'loaded' | 'none' | 'training'
  /** What is missing, and how that showed. */
  readonly missing: readonly Trouble[]
}

export interface HealthParts {
  readonly log: Pick<EventLog, 'ends'>
  readonly models: Pick<ModelStore, 'rebuild'>
  readonly generations: { current(): Generation | undefined }
  readonly checks: Readonly<Record<string, () => Promise<void>>>
  /** Aborted when the process is about to stop. */
  readonly closing: AbortSignal
}

export type Health = ReturnType<typeof createHealth>

/** What works, what does not, and since when. */
export function createHealth({ log, models, generations, checks, closing }: HealthParts) {
  const troubles = new Map<string, Trouble>()
  let hasRatings = false

  async function run(part: string, check: () => Promise<void>): Promise<void> {
    try {
      await within(CHECK_DEADLINE_MS, check())
      troubles.delete(part)
    } catch (error) {
      troubles.set(part, { part, since: troubles.get(part)?.since ?? Date.now(), message: messageOf(error) })
    }
  }

  /** A log that holds ratings holds them for good: once seen, it is not asked again. */
  async function model(): Promise<ReadyReport['model']> {
    if (generations.current()) return 'loaded'
    hasRatings ||= await within(CHECK_DEADLINE_MS, log.ends('ratings')).then(
      (ends) => ends.some((end) => end > 0),
      () => false,
    )
    if (!hasRatings) return 'none'
    // A rebuild that found no positive rating says so: there is nothing to make a model from yet.
    const rebuild = await within(CHECK_DEADLINE_MS, models.rebuild()).catch(() => undefined)
    return rebuild?.status === 'skipped' ? 'none' : 'training'
  }

  /** Runs every check. @returns those that failed */
  async function check(): Promise<readonly Trouble[]> {
    const all = Object.entries({ ...checks, process: async () => closing.throwIfAborted() })
    await Promise.all(all.map(([part, check]) => run(part, check)))
    return [...troubles.values()]
  }

  async function ready(): Promise<ReadyReport> {
    const [missing, state] = await Promise.all([check(), model()])
    return { ready: missing.length === 0 && state !== 'training', model: state, missing }
  }

  return { check, ready }
}
