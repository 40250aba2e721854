import { setTimeout as sleep } from 'node:timers/promises'
import { counted } from '../../infra/counted.ts'
import { messageOf } from '../../infra/errors.ts'
import type { EventLog } from '../../infra/event-log/port.ts'
import type { Logger } from '../../infra/logging.ts'
import type { GenerationInfo, ModelStore, RebuildRecord } from '../../infra/model-store/port.ts'
import { requestRebuild } from '../../infra/model-store/rebuild-request.ts'
import type { RatingStore } from '../../infra/rating-store/port.ts'
import type { Offset } from '../../models/events/types.ts'
import type { Outcome } from './outcome.ts'
import { keepRecord } from './record.ts'

const LOOK_MS = 200
const LEASE_MS = 10_000
/** After a failure, or where there was nothing to train on, nothing is tried for this long, unless somebody asks. */
const PAUSE_AFTER_FAILURE_MS = 30_000
const PAUSE_AFTER_SKIP_MS = 2_000
/** The first model waits until no rating came for this long, but not for ever. */
const SETTLED_MS = 1_000
const LONGEST_WAIT_MS = 15_000

type Report = (progress: string) => void

interface Search {
  /** @param newest the generation whose ratings count */
  readonly isDue: (newest: GenerationInfo) => Promise<boolean>
  /** Searches, and publishes a model if it finds something better. `cut` breaks the search off, and it says what it has. */
  readonly run: (report: Report, signal: AbortSignal, cut: AbortSignal) => Promise<Outcome>
}

interface Rebuilder {
  readonly log: Pick<EventLog, 'identity' | 'ends'>
  readonly ratings: Pick<RatingStore, 'watermark'>
  readonly models: ModelStore
  /** Trains and publishes; `report` takes the progress in words, and `force` activates what is worse than the live model, too. */
  readonly rebuild: (report: Report, signal: AbortSignal, force: boolean) => Promise<Outcome>
  /** undefined: hyper-parameters are not searched */
  readonly search?: Search | undefined
  /** Whether another generation is wanted at once: this one was made with other settings, or the live one is damaged since. */
  readonly isOutdated?: (newest: GenerationInfo) => boolean
  /** undefined: never by itself, once there is a model */
  readonly intervalMs: number | undefined
  /** Tells rebuilders apart. */
  readonly holder: string
  /** While true nothing starts by itself: a dataset is being loaded. */
  readonly onHold: () => boolean
  readonly logger: Logger
}

interface RunningRebuilder {
  /** Why it cannot look for work, while it cannot. */
  trouble(): { since: number; message: string } | undefined
  close(): Promise<void>
}

/**
 * Decides when a rebuild runs: on demand (a record of the model store), on schedule when something is new, and at once when ratings
 * exist but no model does, or none of the settings that stand now. In between it lets hyper-parameters be searched for, which gives way to any rebuild. Of several
 * rebuilders the one with the lease works, the others stand by.
 */
export function startRebuilder(role: Rebuilder): RunningRebuilder {
  const { log, ratings, models, logger, holder } = role
  const stop = new AbortController()
  let notBefore = 0
  /** Nothing was new: as long as this, ClickHouse is not asked again. */
  let upToDateUntil = 0
  /** The newest generation when a search failed or made nothing: with the same ratings it would again. */
  let unsearchable: string | undefined
  /** Where ClickHouse stood when there was nothing to train on: until more comes, there still is nothing. */
  let barren: readonly Offset[] = []
  let growing = { since: 0, at: 0, total: 0 }
  let trouble: ReturnType<RunningRebuilder['trouble']>

  async function look(): Promise<void> {
    if (!(await models.lease(holder, LEASE_MS))) return
    const asked = await models.rebuild()
    // A record that runs although the lease is ours belongs to a rebuilder that died.
    if (asked?.status === 'requested' || asked?.status === 'running') return run(asked)
    if (asked?.again) return run(await requestRebuild(models, 'demand', { force: asked.forceAgain ?? false }))
    if (role.onHold() || performance.now() < notBefore) return
    const newest = (await models.list())[0]
    const reason = (await rebuildReason(newest)) ?? (await searchReason(newest))
    if (reason !== undefined) await run(await requestRebuild(models, reason))
  }

  async function searchReason(newest: GenerationInfo | undefined): Promise<'tuning' | undefined> {
    if (newest === undefined || newest.id === unsearchable) return undefined
    return (await role.search?.isDue(newest)) ? 'tuning' : undefined
  }

  async function rebuildReason(newest: GenerationInfo | undefined): Promise<'first-model' | 'schedule' | undefined> {
    const isOutdated = newest !== undefined && (role.isOutdated?.(newest) ?? false)
    const age = Date.now() - (newest?.createdAt ?? 0)
    if (newest !== undefined && role.intervalMs === undefined) return undefined
    if (!isOutdated && (age < (role.intervalMs ?? 0) || performance.now() < upToDateUntil)) return undefined
    const watermark = await ratings.watermark(log.identity.partitions)
    const isBeyond = (seen: readonly Offset[]): boolean => watermark.some((offset, p) => offset !== (seen[p] ?? 0))
    if (!isBeyond(barren)) return undefined
    if (newest === undefined) return isSettled(watermark) ? 'first-model' : undefined
    if (isOutdated || isBeyond(newest.watermark)) return 'schedule'
    upToDateUntil = performance.now() + (role.intervalMs ?? 0)
    return undefined
  }

  /** No more ratings are pouring in. */
  function isSettled(watermark: readonly Offset[]): boolean {
    const total = watermark.reduce((sum, offset) => sum + offset, 0)
    const now = performance.now()
    if (growing.total === 0) growing = { since: now, at: now, total }
    if (total !== growing.total) growing = { ...growing, at: now, total }
    return now - growing.at >= SETTLED_MS || now - growing.since >= LONGEST_WAIT_MS
  }

  /** Whoever posts ratings and asks for a rebuild wants them in it. Waits as long as ClickHouse is getting nearer. */
  async function untilSunk(report: Report, signal: AbortSignal): Promise<void> {
    const ends = await log.ends('ratings')
    const behind = async (): Promise<number> => {
      const watermark = await ratings.watermark(ends.length)
      return ends.reduce((sum, end, partition) => sum + Math.max(0, end - (watermark[partition] ?? 0)), 0)
    }
    let nearest = { events: await behind(), at: performance.now() }
    while (nearest.events > 0 && performance.now() - nearest.at < LONGEST_WAIT_MS) {
      report(`waiting for ClickHouse, ${counted(nearest.events, 'event')} behind the log`)
      await sleep(LOOK_MS / 5, undefined, { signal })
      const events = await behind()
      if (events < nearest.events) nearest = { events, at: performance.now() }
    }
  }

  async function rebuild(report: Report, signal: AbortSignal, force: boolean): Promise<Outcome> {
    await untilSunk(report, signal)
    const standing = await ratings.watermark(log.identity.partitions)
    const outcome = await role.rebuild(report, signal, force)
    if ('skipped' in outcome) {
      barren = standing
      notBefore = performance.now() + PAUSE_AFTER_SKIP_MS
    }
    return outcome
  }

  async function search(report: Report, signal: AbortSignal): Promise<Outcome> {
    if (role.search === undefined) return { skipped: 'hyper-parameters are no longer searched' }
    const [cut, over] = [new AbortController(), new AbortController()]
    const watching = giveWay(cut, over.signal)
    try {
      const outcome = await role.search.run(report, signal, cut.signal)
      // Nothing to search with, and nothing noted: with the same ratings it would be so again.
      if ('skipped' in outcome && !cut.signal.aborted) unsearchable = (await models.list())[0]?.id
      return outcome
    } finally {
      over.abort()
      await watching
    }
  }

  /** Cuts the search off as soon as a rebuild is asked for or due. */
  async function giveWay(cut: AbortController, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const isWanted = async (): Promise<boolean> =>
        ((await models.rebuild())?.again ?? false) || (await rebuildReason((await models.list())[0])) !== undefined
      // A store that does not answer: the next look tells.
      if (await isWanted().catch(() => false)) return cut.abort()
      await sleep(LOOK_MS, undefined, { signal: over }).catch(() => {})
    }
  }

  async function run(asked: RebuildRecord): Promise<void> {
    const { note, report, written } = keepRecord(models, asked, logger)
    const lost = new AbortController()
    const renewing = setInterval(() => void renew(lost), LEASE_MS / 3)
    const signal = AbortSignal.any([stop.signal, lost.signal])
    const isSearch = asked.reason === 'tuning'
    // Work was found; what comes of it stands in its record.
    trouble = undefined
    try {
      await note({ status: 'running', progress: 'reading ratings' })
      const outcome = await (isSearch ? search(report, signal) : rebuild(report, signal, asked.force ?? false))
      await note(noteOf(outcome))
    } catch (error) {
      // Stopped on the way: whoever has the lease next takes it up again.
      if (signal.aborted) return
      if (isSearch) unsearchable = (await models.list())[0]?.id
      else notBefore = performance.now() + PAUSE_AFTER_FAILURE_MS
      logger.error({ err: error }, `the ${isSearch ? 'search' : 'rebuild'} failed; the live generation goes on`)
      await note({ status: 'failed', progress: messageOf(error) })
    } finally {
      clearInterval(renewing)
      await written()
    }
  }

  /** A process that stood still for long may find that another one has taken over: what it was doing is done there. */
  async function renew(lost: AbortController): Promise<void> {
    // A store that does not answer tells nothing of the lease.
    if (await models.lease(holder, LEASE_MS).catch(() => true)) return
    logger.warn('another rebuilder has the lease; leaving the rebuild to it')
    lost.abort(new Error('another rebuilder has the lease'))
  }

  const running = (async () => {
    while (!stop.signal.aborted) {
      try {
        await look()
        trouble = undefined
      } catch (error) {
        logger[trouble ? 'debug' : 'warn']({ err: error }, 'the rebuilder could not look for work; trying again')
        trouble = { since: trouble?.since ?? Date.now(), message: messageOf(error) }
      }
      await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => {})
    }
    await models.release(holder).catch(() => {})
  })()

  return {
    trouble: () => trouble,
    close() {
      stop.abort()
      return running
    },
  }
}

/** What the record says of the outcome. */
function noteOf(outcome: Outcome): Partial<RebuildRecord> {
  if ('skipped' in outcome) return { status: 'skipped', progress: outcome.skipped }
  const { generation, isHeldBack = false, remark = 'done' } = outcome
  return { status: isHeldBack ? 'held-back' : 'published', progress: remark, generation }
}
