import { UnavailableError } from '../../infra/errors.ts'
import type { EventLog, Position, Topic } from '../../infra/event-log/port.ts'
import type { Offset } from '../../models/events/types.ts'

/**
 * Tells whether a place on a topic is past the end of the log, and so of no event. The log is asked at most once at a
 * time, however many want to know: whoever asks meanwhile shares the next look, since an event of theirs may be newer than this
 * one.
 * @returns false where the log does not answer: nothing speaks against the place
 */
export function createEndCheck(log: Pick<EventLog, 'ends'>, topic: Topic): (position: Position) => Promise<boolean> {
  /** Ends only grow: what was before one of them stays so. */
  let ends: readonly Offset[] = []
  let last: Promise<unknown> = Promise.resolve()
  /** The look that has not begun. */
  let next: Promise<void> | undefined

  async function look(): Promise<void> {
    next = undefined
    try {
      ends = await log.ends(topic)
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
    }
  }

  function lookSoon(): Promise<void> {
    if (!next) {
      next = last.then(look)
      last = next.catch(() => {})
    }
    return next
  }

  return async ({ partition, offset }) => {
    const isWithin = (): boolean => offset < (ends[partition] ?? 0)
    if (isWithin()) return false
    await lookSoon()
    return ends.length > 0 && !isWithin()
  }
}
