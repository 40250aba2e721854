import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../infra/errors.ts'
import type { Logger } from '../infra/logging.ts'
import type { UserRecord, UserState, UserWrite } from '../infra/user-state/port.ts'
import { foldIn } from '../models/als/fold-in.ts'
import { observe } from '../models/als/observations.ts'
import { NotPositiveDefiniteError } from '../models/als/reference.ts'
import type { Generation } from '../models/als/types.ts'

/** Solved without a pause, so that events and requests of the same process hardly wait; and so many users at most. */
const BATCH_MS = 2
const BATCH_USERS = 64
/** Share of the time that may go into it. */
const MAX_SHARE = 0.25
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000

interface Refold {
  readonly state: Pick<UserState, 'scan' | 'writeMany'>
  readonly generations: {
    current(): Generation | undefined
    onSwitch(listener: (generation: Generation) => void): () => void
  }
  readonly logger: Logger
}

/**
 * After a rebuild, solves every user again in the new generation: the half-step over all of them, in the background. Nobody
 * depends on it, since whoever reads a vector of another generation solves it on the spot; it takes that work off the reads.
 * A record that moved on meanwhile was solved by whoever moved it, and is left alone: the write is a compare-and-set. Two
 * updaters doing this at once cost only time.
 */
export function refoldOnSwitch({ state, generations, logger }: Refold): { close(): Promise<void> } {
  let running = new AbortController()
  let done = Promise.resolve()

  function start(generation: Generation): void {
    running.abort()
    running = new AbortController()
    const { signal } = running
    done = done.then(() => persist(generation, signal))
  }

  /** Until it has gone through, or another generation came. */
  async function persist(generation: Generation, signal: AbortSignal): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)) {
      try {
        const started = performance.now()
        const users = await sweep(generation, signal)
        const seconds = (performance.now() - started) / 1000
        if (!signal.aborted) logger.info({ generation: generation.id, users, seconds }, 'users folded in again')
        return
      } catch (error) {
        logger.warn({ err: error, generation: generation.id }, `users stay unsolved, trying again: ${messageOf(error)}`)
        await sleep(retryMs, undefined, { signal, ref: false }).catch(() => {})
      }
    }
  }

  /** @returns how many users were written */
  async function sweep(generation: Generation, signal: AbortSignal): Promise<number> {
    let written = 0
    let batch: UserWrite[] = []
    let solvingMs = 0
    const flush = async (): Promise<void> => {
      const started = performance.now() - solvingMs
      const writes = batch
      batch = []
      solvingMs = 0
      const standing = await state.writeMany(writes)
      written += standing.filter((record, i) => record === writes[i]?.next).length
      await sleep((performance.now() - started) * (1 / MAX_SHARE - 1), undefined, { signal, ref: false }).catch(
        () => {},
      )
    }
    for await (const record of state.scan()) {
      if (signal.aborted) return written
      if (record.generation === generation.id) continue
      const started = performance.now()
      const write = solvedIn(generation, record)
      solvingMs += performance.now() - started
      if (write) batch.push(write)
      if (batch.length === BATCH_USERS || solvingMs > BATCH_MS) await flush()
    }
    if (batch.length > 0 && !signal.aborted) await flush()
    return written
  }

  const current = generations.current()
  if (current) start(current)
  const stopListening = generations.onSwitch(start)
  return {
    close() {
      stopListening()
      running.abort()
      return done
    },
  }
}

/** @returns undefined for a user who cannot be solved: whoever reads them says why, the others need not wait */
function solvedIn(generation: Generation, record: UserRecord): UserWrite | undefined {
  try {
    const vector = foldIn(generation, observe(record.history, generation))
    const { userId, appliedOffset } = record
    return { userId, expectedOffset: appliedOffset, next: { ...record, vector, generation: generation.id } }
  } catch (error) {
    if (error instanceof NotPositiveDefiniteError) return undefined
    throw error
  }
}
