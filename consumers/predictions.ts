import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { within } from '../infra/deadline.ts'
import type { EventLog } from '../infra/event-log/port.ts'
import { inSlices } from '../infra/in-slices.ts'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import type { Generation } from '../models/als/types.ts'
import { createPredictor, type Places, VARIANTS } from '../models/evaluation/next-rating.ts'
import { hitRate, ndcg } from '../models/evaluation/ranking-metrics.ts'
import type { Measurement, RatingEvent } from '../models/events/types.ts'
import type { History } from '../models/history/types.ts'
import { measurementRecord } from './measurement-record.ts'
import { type PlacedEvent, replay } from './user-update.ts'

/** Length of the lists whose hits are counted. */
const DEPTH = 10
const FIGURES = { [`hr@${DEPTH}`]: hitRate, [`ndcg@${DEPTH}`]: ndcg }

/** A rating whose own time is so far from its append comes from a file, or from a client that was offline. */
const LIVE_MS = 60_000
/** Whether somebody has just done it. @param appendedAt  ms since 1970, by the log's clock */
export const isLive = ({ occurredAt }: PlacedEvent['event'], appendedAt: number): boolean =>
  Math.abs(appendedAt - occurredAt) <= LIVE_MS

/** So far behind the log's end, the updater has better things to do. */
const MAX_LAG_MS = 5_000
const MAX_PER_SECOND = 200
/** A twentieth of the event loop, which is that of requests too. */
const BUDGET_MS_PER_SECOND = 50
/** Whoever rated asks for their list first. */
const DELAY_MS = 100
const WINDOW_MS = 5_000
/** A process that ends does not wait for a log that does not answer. */
const LAST_FLUSH_MS = 2_000

export interface LearntEvent extends PlacedEvent {
  /** ms since 1970, by the log's clock. */
  readonly appendedAt: number
}

/** A user's events of one batch, and what stood before them. */
export interface Learnt {
  readonly partition: number
  readonly before: History
  readonly events: readonly LearntEvent[]
}

interface Pair extends Learnt {
  /** Which of the events is predicted. */
  readonly at: number
}

export type Predictions = ReturnType<typeof createPredictions>

/**
 * Prequential evaluation of the live model: a positive that comes in, of an item that the model knows and the user had not rated, is
 * predicted from what was known before it. Live ratings alone, as many as there is time for, and never before the user is written:
 * what is left out is counted. The means of some seconds go onto topic `measurements`; they tell of no user.
 */
export function createPredictions({
  log,
  generation,
  maxHistory,
  logger,
  metrics,
  budgetMs = BUDGET_MS_PER_SECOND,
}: {
  readonly log: Pick<EventLog, 'append' | 'identity'>
  readonly generation: () => Generation | undefined
  readonly maxHistory: number
  readonly logger: Logger
  readonly metrics: Metrics
  /** Of each second. */
  readonly budgetMs?: number
}) {
  const { positiveFrom } = log.identity.scale
  const { ratingsPredicted, ratingsNotPredicted } = metrics
  const closing = new AbortController()
  const perSecond = { since: 0, pairs: 0, ms: 0 }
  let waiting: Pair[] = []
  let working: Promise<void> | undefined
  let prepared: { generation: Generation; predict: ReturnType<typeof createPredictor> } | undefined
  let sums = createSums()
  let timer: NodeJS.Timeout | undefined
  let appending: Promise<void> = Promise.resolve()

  const leaveOut = (reason: 'lag' | 'rate' | 'time' | 'model' | 'stop' | 'log' | 'error', pairs = 1): void =>
    ratingsNotPredicted.inc({ reason }, pairs)

  function nextSecond(): typeof perSecond {
    const now = performance.now()
    if (now - perSecond.since > 1_000) Object.assign(perSecond, { since: now, pairs: 0, ms: 0 })
    return perSecond
  }

  async function work(): Promise<void> {
    await sleep(DELAY_MS, undefined, { signal: closing.signal }).catch(() => {})
    for (let pair = waiting.shift(); pair !== undefined && !closing.signal.aborted; pair = waiting.shift()) {
      const second = nextSecond()
      if (second.ms >= budgetMs) leaveOut('time')
      else {
        const began = performance.now()
        await predictOne(pair).catch((error: unknown) => {
          leaveOut('error')
          logger.warn({ err: error }, 'a rating could not be predicted')
        })
        second.ms += performance.now() - began
        // Many short ones are a long one for whoever waits.
        await nextTurn()
      }
    }
  }

  async function predictOne({ partition, before, events, at }: Pair): Promise<void> {
    const live = generation()
    const { offset, event } = events[at] as PlacedEvent
    const { itemId } = event as RatingEvent
    // One that came to be served meanwhile may have learnt this very rating.
    if (!live?.indexOf.has(itemId) || offset < (live.watermark[partition] ?? 0)) return leaveOut('model')
    const { history } = replay(before, events.slice(0, at), maxHistory)
    if (prepared?.generation !== live) prepared = { generation: live, predict: createPredictor(live, DEPTH) }
    sums.add(live.id, await inSlices(prepared.predict(history, itemId, partition)))
    ratingsPredicted.inc()
    timer ??= setTimeout(flush, WINDOW_MS)
  }

  function flush(): void {
    timer = undefined
    const records = sums.measurements(Date.now()).map(measurementRecord)
    const { pairs } = sums
    sums = createSums()
    if (records.length === 0) return
    appending = log.append('measurements', records).then(
      () => {},
      (error: unknown) => {
        leaveOut('log', pairs())
        logger.debug({ err: error }, 'measurements could not be put on the log')
      },
    )
  }

  return {
    /** Takes what was learnt of users, once it is written; returns at once. */
    offer(learnt: Iterable<Learnt>): void {
      const live = generation()
      if (live === undefined || closing.signal.aborted) return
      const now = Date.now()
      for (const { partition, before, events } of learnt) {
        const isKnown = knowing(before)
        for (const [at, { event, appendedAt }] of events.entries()) {
          if (isKnown(event) || event.type !== 'rating' || event.value === null || event.value < positiveFrom) continue
          if (!isLive(event, appendedAt) || !live.indexOf.has(event.itemId)) continue
          if (now - appendedAt > MAX_LAG_MS) leaveOut('lag')
          else if (nextSecond().pairs >= MAX_PER_SECOND) leaveOut('rate')
          else {
            perSecond.pairs++
            waiting.push({ partition, before, events, at })
          }
        }
      }
      if (waiting.length > 0)
        working ??= work().finally(() => {
          working = undefined
        })
    },
    /** What was measured is on the log; what waits is left out. */
    async close(): Promise<void> {
      closing.abort()
      if (waiting.length > 0) leaveOut('stop', waiting.length)
      waiting = []
      await working
      clearTimeout(timer)
      flush()
      await within(LAST_FLUSH_MS, appending).catch((error: unknown) => logger.debug({ err: error }, 'not measured'))
    },
  }
}

/** Tells of one event of a user after the other whether they had rated its item before. */
function knowing(before: History): (event: PlacedEvent['event']) => boolean {
  const since = new Map<string, boolean>()
  let isErased = false
  return (event) => {
    if (event.type !== 'rating') {
      since.clear()
      isErased = true
      return false
    }
    const known = since.get(event.itemId) ?? (!isErased && before.has(event.itemId))
    since.set(event.itemId, event.value !== null)
    return known
  }
}

/** Sums of the figures by generation and variant. */
function createSums() {
  const byGeneration = new Map<string, Places[]>()

  return {
    add(generation: string, places: Places): void {
      const all = byGeneration.get(generation)
      if (all) all.push(places)
      else byGeneration.set(generation, [places])
    },
    pairs: (): number => [...byGeneration.values()].reduce((sum, { length }) => sum + length, 0),
    measurements: (occurredAt: number): Measurement[] =>
      [...byGeneration].flatMap(([generation, all]) =>
        VARIANTS.flatMap((variant) =>
          Object.entries(FIGURES).map(([metric, figure]): Measurement => {
            const figures = all.map(({ [variant]: place }) =>
              figure({ places: Int32Array.from(place === undefined ? [] : [place]), relevant: 1 }, DEPTH),
            )
            const value = figures.reduce((sum, one) => sum + one, 0) / all.length
            return { type: 'measurement', metric, variant, generation, value, weight: all.length, occurredAt }
          }),
        ),
      ),
  }
}
