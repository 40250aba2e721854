import { UnavailableError } from '../../infra/errors.ts'
import type { EventLog, Position } from '../../infra/event-log/port.ts'
import type { StateChange, UserState } from '../../infra/user-state/port.ts'
import type { Offset } from '../../models/events/types.ts'
import { createEndCheck } from './log-ends.ts'

/** Reads that wait at once: each of them holds a connection for seconds. */
export const MAX_WAITS = 5_000
/** Users that are read together when changes may have gone unheard. */
const USERS_A_LOOK = 100

/** What came of waiting; `past-end`: the log has no event at that place. */
export type Outcome = 'reached' | 'not-in-time' | 'past-end'

interface Wait {
  /** undefined: the whole partition is waited for. */
  readonly userId: string | undefined
  readonly position: Position
  readonly outcome: Promise<Outcome>
  settle(outcome: Outcome): void
  fail(error: unknown): void
}

interface Parts {
  readonly state: Pick<UserState, 'read' | 'readMany' | 'offsets' | 'changes'>
  readonly log: Pick<EventLog, 'ends'>
  /** Once aborted, nothing is waited for. */
  readonly closing: AbortSignal
  readonly max?: number
}

/** Reads that wait for the state to show what was written. */
export interface Waits {
  /**
   * Waits until the state of a user shows what stands on the log at `position`, a place on that user's partition: until the user's
   * record or the partition's watermark has reached it. Of nobody in particular: until the watermark has.
   * @throws UnavailableError when as many wait as may
   */
  until(userId: string | undefined, position: Position, waitMs: number): Promise<Outcome>
}

/** One listener for all who wait: a change is looked up by its user or its partition, and reads only that user's record. */
export function createWaits({ state, log, closing, max = MAX_WAITS }: Parts): Waits {
  const byUser = new Map<string, Set<Wait>>()
  const byPartition = new Map<number, Set<Wait>>()
  const isPastEnd = createEndCheck(log, 'ratings')
  let count = 0

  const stopListening = state.changes(hear)
  closing.addEventListener('abort', () => {
    stopListening()
    for (const wait of all()) wait.settle('not-in-time')
  })

  const all = (): Wait[] => [...byUser.values()].flatMap((waits) => [...waits])

  function hear(change: StateChange): void {
    if (change.type === 'watermark') pass(change.partition, change.applied)
    else if (change.type === 'user' && byUser.has(change.userId)) void lookAgain([change.userId])
    else if (change.type === 'gap') void lookAtAll()
  }

  function pass(partition: number, applied: Offset): void {
    for (const { position, settle } of byPartition.get(partition) ?? [])
      if (position.offset <= applied) settle('reached')
  }

  async function lookAgain(userIds: readonly string[]): Promise<void> {
    try {
      const records = await state.readMany(userIds)
      records.forEach((record, n) => {
        for (const { position, settle } of byUser.get(userIds[n] as string) ?? [])
          if (record && record.appliedOffset >= position.offset) settle('reached')
      })
    } catch (error) {
      for (const userId of userIds) for (const { fail } of byUser.get(userId) ?? []) fail(error)
    }
  }

  async function lookAtAll(): Promise<void> {
    try {
      for (const partition of [...byPartition.keys()]) pass(partition, (await state.offsets(partition)).applied)
    } catch (error) {
      for (const { fail } of all()) fail(error)
    }
    const userIds = [...byUser.keys()]
    for (let at = 0; at < userIds.length; at += USERS_A_LOOK) await lookAgain(userIds.slice(at, at + USERS_A_LOOK))
  }

  async function hasReached({ userId, position: { partition, offset } }: Wait): Promise<boolean> {
    const record = userId === undefined ? undefined : await state.read(userId)
    if (record && record.appliedOffset >= offset) return true
    return (await state.offsets(partition)).applied >= offset
  }

  /** @returns undefined: there is something to wait for */
  async function lookFirst(wait: Wait): Promise<Outcome | undefined> {
    try {
      if (await hasReached(wait)) return 'reached'
      return closing.aborted ? 'not-in-time' : undefined
    } catch (error) {
      wait.fail(error)
      return wait.outcome
    }
  }

  async function lookForEnd({ position, settle, fail }: Wait): Promise<void> {
    try {
      if (await isPastEnd(position)) settle('past-end')
    } catch (error) {
      fail(error)
    }
  }

  return {
    async until(userId, position, waitMs) {
      const deadline = performance.now() + waitMs
      const wait = createWait(userId, position)
      let timer: NodeJS.Timeout | undefined
      // It hears before it looks, so that no change falls between the two.
      if (userId !== undefined) enter(byUser, userId, wait)
      enter(byPartition, position.partition, wait)
      count++
      try {
        const first = await lookFirst(wait)
        if (first) return first
        if (count > max)
          throw new UnavailableError(
            `${max} reads wait already. Ask again later, or without \`after\` for what is there by now.`,
          )
        timer = setTimeout(wait.settle, Math.max(0, deadline - performance.now()), 'not-in-time')
        void lookForEnd(wait)
        return await wait.outcome
      } finally {
        clearTimeout(timer)
        count--
        if (userId !== undefined) leave(byUser, userId, wait)
        leave(byPartition, position.partition, wait)
      }
    },
  }
}

function createWait(userId: string | undefined, position: Position): Wait {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  // It may fail before anybody waits for it.
  promise.catch(() => {})
  return {
    userId,
    position,
    outcome: promise,
    settle: resolve,
    // While the state does not answer, nothing is waited for.
    fail: (error) => (error instanceof UnavailableError ? resolve('not-in-time') : reject(error)),
  }
}

function enter<K>(index: Map<K, Set<Wait>>, key: K, wait: Wait): void {
  const waits = index.get(key)
  if (waits) waits.add(wait)
  else index.set(key, new Set([wait]))
}

function leave<K>(index: Map<K, Set<Wait>>, key: K, wait: Wait): void {
  const waits = index.get(key)
  if (waits?.delete(wait) && waits.size === 0) index.delete(key)
}
