import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer } from '../consumers/consume.ts'
import type { Analytics } from './analytics/port.ts'
import type { Logger } from './logging.ts'

/** Of the time, a twenty-first part at most goes into it, a third where it presses. */
const PAUSES_A_REFRESH = 20
const PAUSES_WHERE_IT_PRESSES = 2
/** By so many times: of a dataset that is coming in, all passes together take no more than twice the last one. */
const MUCH_MORE = 2
const LOOK_MS = 5_000

/** Whoever has this partition of `ratings` fills the views: of all sinks it is one. */
const PARTITION = 0

/** The consumer, and a signal that is aborted when it loses that partition; undefined: it does not have it. */
export function noticeTurn(consumer: Consumer): { consumer: Consumer; turn(): AbortSignal | undefined } {
  let ours: AbortController | undefined
  const noticing: Consumer = {
    ...consumer,
    resumeAt(topic, partition) {
      if (topic === 'ratings' && partition === PARTITION) ours ??= new AbortController()
      return consumer.resumeAt(topic, partition)
    },
    revoked(topic, partition) {
      if (topic === 'ratings' && partition === PARTITION) {
        ours?.abort(new Error('another process fills the views'))
        ours = undefined
      }
      consumer.revoked(topic, partition)
    },
  }
  return { consumer: noticing, turn: () => ours?.signal }
}

/**
 * Fills the views anew, again and again: seldom where it takes long, and not where nothing has come in.
 * @param turn  aborted when another process is to do it; undefined: one does
 */
export function keepViewsFresh(
  analytics: Pick<Analytics, 'refresh' | 'hasErasureAhead' | 'storedEvents'>,
  turn: () => AbortSignal | undefined,
  logger: Logger,
  { lookMs = LOOK_MS }: { readonly lookMs?: number } = {},
): { close(): Promise<void> } {
  const closing = new AbortController()
  const { signal } = closing

  let lastMs = 0
  let endedAt = Number.NEGATIVE_INFINITY
  /** Stored when the last pass began. */
  let madeFrom = 0

  /** Somebody was erased whom a view may show still, or the views show less than half of what there is. */
  const presses = async (stored: number): Promise<boolean> =>
    stored > MUCH_MORE * madeFrom || (await analytics.hasErasureAhead())

  async function run(): Promise<void> {
    while (true) {
      const ours = turn()
      if (ours) await refreshIfDue(AbortSignal.any([ours, signal]))
      await sleep(lookMs, undefined, { signal, ref: false })
    }
  }

  async function refreshIfDue(until: AbortSignal): Promise<void> {
    try {
      const pauses = (performance.now() - endedAt) / lastMs
      if (pauses < PAUSES_WHERE_IT_PRESSES) return
      const stored = await analytics.storedEvents()
      if (pauses < PAUSES_A_REFRESH && !(await presses(stored))) return
      const began = performance.now()
      const { isNew, ms, tables } = await analytics.refresh(until).finally(() => {
        endedAt = performance.now()
        lastMs = endedAt - began
        madeFrom = stored
      })
      if (isNew) logger.debug({ ms, tables }, 'the views are fresh')
    } catch (error) {
      if (!until.aborted) logger.warn({ err: error }, 'the views could not be filled anew; they show what they did')
    }
  }

  const running = run().catch(() => {})
  return {
    async close() {
      closing.abort(new Error('the process is stopping'))
      await running
    },
  }
}
