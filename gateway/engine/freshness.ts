import { UnavailableError } from '../../infra/errors.ts'
import type { Position } from '../../infra/event-log/port.ts'
import type { StateChange, UserState } from '../../infra/user-state/port.ts'

/**
 * Waits until the state of a user shows what stands on the log at `position`, a place on that user's partition: until the
 * user's record or the partition's watermark has reached it.
 * @param closing  once aborted, nothing is waited for
 * @returns whether it did within `waitMs`
 */
export async function waitFor(
  state: UserState,
  userId: string,
  { partition, offset }: Position,
  waitMs: number,
  closing: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + waitMs
  let changes = 0
  let wake = (): void => {}
  const listener = (change: StateChange): void => {
    if (!concerns(change)) return
    changes++
    wake()
  }
  // Listening starts before the first look, so that no change falls between the two.
  const stop = state.changes(listener)
  const giveUp = (): void => wake()
  closing.addEventListener('abort', giveUp)
  try {
    for (;;) {
      const seen = changes
      if (await hasReached()) return true
      const leftMs = deadline - performance.now()
      if (leftMs <= 0 || closing.aborted) return false
      if (changes === seen) await sleep(leftMs)
    }
  } catch (error) {
    if (error instanceof UnavailableError) return false
    throw error
  } finally {
    stop()
    closing.removeEventListener('abort', giveUp)
  }

  function concerns(change: StateChange): boolean {
    if (change.type === 'user') return change.userId === userId
    if (change.type === 'watermark') return change.partition === partition
    return change.type === 'gap'
  }

  async function hasReached(): Promise<boolean> {
    const record = await state.read(userId)
    if (record && record.appliedOffset >= offset) return true
    return (await state.offsets(partition)).applied >= offset
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
