import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { within } from '../infra/deadline.ts'
import type { EventLog, NewRecord } from '../infra/event-log/port.ts'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import { encodeEvent } from '../models/events/codec.ts'
import { servedKey } from '../models/events/served-key.ts'
import type { Served } from '../models/events/types.ts'
import type { RequestVariables } from './context.ts'

/** Lists that wait are appended together. */
const FLUSH_MS = 500
const LAST_FLUSH_MS = 2_000
/** So many wait at most, which with the time above is 2,000 a second: a list takes as long to be logged as a twentieth to be made. */
const MAX_WAITING = 1_000
/** Lists that are encoded before requests get their turn: a millisecond or two. */
const TURN_LISTS = 200
/** Nobody looks further down. */
const MAX_ITEMS = 200
/** By the last 32 bits of a recommendation's id, which are random. */
const RANDOM_DIGITS = 8

/** What is noted of a list. */
export interface Listed {
  readonly itemIds: readonly string[]
  /** How many of the list stood before these. */
  readonly before: number
  readonly strategy: string
  /** null: there is no model yet. */
  readonly generation: string | null
  /** Made of what the process last knew of the user, who may be erased by now: it is logged as nobody's. */
  readonly isStale: boolean
}

interface Listable {
  readonly isStale?: boolean | undefined
  readonly items: readonly { readonly itemId: string }[]
  readonly strategy: string
  readonly generation: string | null
}

/** @param before  how many of the list stand before what is answered */
export const listedOf = ({ items, strategy, generation, isStale = false }: Listable, before: number): Listed => ({
  itemIds: items.slice(0, MAX_ITEMS).map(({ itemId }) => itemId),
  before,
  strategy,
  generation,
  isStale,
})

/** Who is answered. */
export interface Receiver {
  /** Left out: the list is nobody's own. */
  readonly userId?: string | undefined
  /** Looks as that user, who is not there: the list is logged as nobody's. */
  readonly isOnlooker?: boolean | undefined
  /** A browser does not let them read it. */
  readonly isUnread?: boolean | undefined
  /** Of the whole answer: who leaves before it is written has not been shown the list. Left out: nobody can tell. */
  readonly outgoing?: Pick<ServerResponse, 'closed' | 'writableFinished'> | undefined
}

export const receiverOf = (c: Context<{ Variables: RequestVariables }>, userId?: string): Receiver => ({
  userId,
  isOnlooker: c.get('isOnlooker'),
  isUnread: c.get('isUnread'),
  outgoing: ((c.env ?? {}) as Partial<HttpBindings>).outgoing,
})

const hasLeft = ({ outgoing }: Receiver): boolean => outgoing?.closed === true && !outgoing.writableFinished

interface Waiting {
  readonly list: Served
  readonly receiver: Receiver
}

export type ServedLog = ReturnType<typeof createServedLog>

/**
 * Puts answered lists on topic `served`, behind the backs of those who asked: whoever notes one waits for nothing and never fails.
 * What the log does not take, what is too much, and what nobody was there to read is dropped and counted.
 * @param sample  the share of all lists that is logged, from 0 to 1
 */
export function createServedLog({
  log,
  sample,
  logger,
  metrics,
}: {
  readonly log: Pick<EventLog, 'append'>
  readonly sample: number
  readonly logger: Logger
  readonly metrics: Metrics
}) {
  const { servedLogged, servedDropped } = metrics
  let waiting: Waiting[] = []
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> | undefined

  const isSampled = (recommendationId: string): boolean =>
    sample === 1 || Number.parseInt(recommendationId.slice(-RANDOM_DIGITS), 16) < sample * 16 ** RANDOM_DIGITS

  async function flush(): Promise<void> {
    const lists = waiting.filter(({ receiver }) => !hasLeft(receiver)).map(({ list }) => list)
    if (lists.length < waiting.length) servedDropped.inc({ reason: 'left' }, waiting.length - lists.length)
    waiting = []
    if (lists.length === 0) return
    try {
      await log.append('served', await encoded(lists))
      servedLogged.inc(lists.length)
    } catch (error) {
      servedDropped.inc({ reason: 'log' }, lists.length)
      logger.debug({ err: error, lists: lists.length }, 'answered lists could not be logged')
    }
  }

  function flushLater(): void {
    if (timer !== undefined || flushing !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      flushing = flush().finally(() => {
        flushing = undefined
        if (waiting.length > 0) flushLater()
      })
    }, FLUSH_MS).unref()
  }

  function noteAs(recommendationId: string, listed: Listed, receiver: Receiver): void {
    const { itemIds, before, strategy, generation, isStale } = listed
    const userId = isStale || receiver.isOnlooker ? '' : (receiver.userId ?? '')
    if (!isSampled(recommendationId)) return
    if (receiver.isUnread) {
      servedDropped.inc({ reason: 'unread' })
      return
    }
    if (waiting.length >= MAX_WAITING) {
      servedDropped.inc({ reason: 'full' })
      return
    }
    const known = { type: 'served', recommendationId, userId, itemIds, strategy } as const
    const list = {
      ...{ ...known, generation: generation ?? '', propensities: null, occurredAt: Date.now() },
      firstPosition: before + 1,
    }
    waiting.push({ list, receiver })
    flushLater()
  }

  return {
    noteAs,
    /** The same of an answer. @param before  as of `listedOf` @returns the answer */
    note<A extends Listable & { readonly recommendationId: string }>(answer: A, receiver: Receiver, before = 0): A {
      if (sample > 0) noteAs(answer.recommendationId, listedOf(answer, before), receiver)
      return answer
    },
    /** What was noted is on the log, or dropped: a process that ends does not wait for a log that does not answer. */
    async close(): Promise<void> {
      clearTimeout(timer)
      const last = async (): Promise<void> => {
        await flushing
        clearTimeout(timer)
        if (waiting.length > 0) await flush()
      }
      await within(LAST_FLUSH_MS, last()).catch((error: unknown) =>
        logger.debug({ err: error }, 'lists are not logged'),
      )
    },
  }
}

async function encoded(lists: readonly Served[]): Promise<NewRecord[]> {
  const records: NewRecord[] = []
  for (const list of lists) {
    records.push({ key: servedKey(list), value: encodeEvent(list) })
    if (records.length % TURN_LISTS === 0) await nextTurn()
  }
  return records
}
