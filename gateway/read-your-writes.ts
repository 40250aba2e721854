import { z } from '@hono/zod-openapi'
import { UnavailableError } from '../infra/errors.ts'
import type { Position } from '../infra/event-log/port.ts'
import { decodeToken, type Token } from '../models/events/token.ts'
import type { Gateway } from './context.ts'
import { createWaits, MAX_WAITS, type Outcome } from './engine/freshness.ts'
import { createEndCheck } from './engine/log-ends.ts'
import type { Asker } from './engine/request.ts'
import { invalidRequest, Problem } from './problems.ts'
import { list } from './schemas/lists.ts'
import { token, waitMs } from './schemas/parameters.ts'

/** For the query of a read that depends on what was written of users or items. */
export const awaited = {
  after: token
    .optional()
    .openapi({ description: 'Token of a write, of a user’s ratings or of items, that the answer is to show' }),
  wait: waitMs.openapi({ description: 'How long to wait for it, in ms' }),
}

/** For what such a read answers. */
export const freshness = {
  freshness: z
    .object({ satisfied: z.boolean().openapi({ description: 'Whether the answer shows what `after` asked for' }) })
    .optional(),
}

/** A list of items that tells it. */
export const freshList = list.extend(freshness).openapi('FreshList')

/** Whom an answer tells of. */
export const usersOf = ({ userId, userIds = [] }: Pick<Asker, 'userId' | 'userIds'>): readonly string[] =>
  userId === undefined ? userIds : [userId]

/** What came of waiting; empty where there was nothing to wait for. */
export interface Fresh {
  readonly freshness?: { satisfied: boolean }
}

interface Awaited {
  readonly after?: string | undefined
  readonly wait: number
}

/** The one way to read one's own writes: whatever depends on them is looked at after one of these has resolved. */
export interface Freshness {
  /**
   * For what is told of users, and for lists: waits until what is known of users and items shows what a token stands for, and lists
   * have the items.
   *
   * @param users  of whom the answer tells: each is waited for as far as the token says something of their partition; of nobody: all
   *               that the token stands for is waited for, which is counted and folded in by then
   * @throws Problem for a token of another log, or none of ours; UnavailableError when too many wait
   */
  freshFor(asked: Awaited, ...users: readonly string[]): Promise<Fresh>
  /** For what the catalogue tells, which no list has to have yet. */
  freshItems(asked: Awaited): Promise<Fresh>
}

export function createFreshness({ log, state, catalogue, engine, closing }: Parts): Freshness {
  const waits = createWaits({ log, state, closing })
  const isPastEndOfItems = createEndCheck(log, 'items')
  let waitingForItems = 0

  async function fresh({ after, wait }: Awaited, users: readonly string[], isForLists: boolean): Promise<Fresh> {
    if (after === undefined) return {}
    const { positions, items } = ours(after)
    const outcomes = await Promise.all([
      ...(users.length > 0
        ? users.map((userId) => untilUser(userId, positions, wait))
        : positions.map((position) => waits.until(undefined, position, wait))),
      ...items.map((position) => untilItem(position, wait, isForLists)),
    ])
    if (outcomes.includes('past-end'))
      throw notOurs('The log does not reach so far. Expected a token that a write answered')
    return { freshness: { satisfied: outcomes.every((outcome) => outcome === 'reached') } }
  }

  /** @throws Problem for a token of another log, or none of ours */
  function ours(after: string): Token {
    const decoded = decodeToken(after)
    if (!decoded) throw notOurs('Expected a token that a write answered')
    if (decoded.logId === log.identity.id) return decoded
    throw new Problem('other-log', 'The token was given out for another log; nothing on this one corresponds to it.')
  }

  async function untilUser(userId: string, positions: Token['positions'], waitMs: number): Promise<Outcome> {
    const partition = log.partitionOf('ratings', userId)
    const position = positions.find((position) => position.partition === partition)
    return position ? waits.until(userId, position, waitMs) : 'reached'
  }

  /** @throws UnavailableError when as many wait as may */
  async function untilItem(position: Position, waitMs: number, isForLists: boolean): Promise<Outcome> {
    if (waitingForItems >= MAX_WAITS)
      throw new UnavailableError(
        `${MAX_WAITS} reads wait already. Ask again later, or without \`after\` for what is there by now.`,
      )
    waitingForItems++
    try {
      const deadline = performance.now() + waitMs
      const leftMs = (): number => Math.max(0, deadline - performance.now())
      const isKnown = await catalogue.reached(position, 0)
      if (!isKnown && (await isPastEndOfItems(position))) return 'past-end'
      if (!(await catalogue.reached(position, leftMs(), closing))) return 'not-in-time'
      return !isForLists || (await inTime(engine.listed(), leftMs())) ? 'reached' : 'not-in-time'
    } finally {
      waitingForItems--
    }
  }

  /** @returns whether the task ended in time, and before the process is about to stop */
  async function inTime(task: Promise<void>, waitMs: number): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const giveUp = (): void => resolve(false)
    const timer = setTimeout(giveUp, waitMs)
    closing.addEventListener('abort', giveUp)
    if (closing.aborted) giveUp()
    task.then(() => resolve(true), reject)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      closing.removeEventListener('abort', giveUp)
    }
  }

  return {
    freshFor: (asked, ...users) => fresh(asked, users, true),
    freshItems: (asked) => fresh(asked, [], false),
  }
}

type Parts = Pick<Gateway, 'log' | 'state' | 'catalogue' | 'engine' | 'closing'>

const notOurs = (message: string): Problem => invalidRequest([{ path: 'after', message }])
