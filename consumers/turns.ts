import { setTimeout as sleep } from 'node:timers/promises'

/** Above this share of its time the event loop has none to spare, as seen over this long. */
const BUSY_SHARE = 0.5
const WINDOW_MS = 20
/**
 * After an effect others have the event loop for this long a record, six times what a record takes to fold in, up to a limit; for
 * less where a glance shows that they do not need it.
 */
const REST_MS_A_RECORD = 0.3
const MAX_REST_MS = 1_000
const GLANCE_MS = 5
/** What takes longer waits for a store, not for the event loop: nobody waits for that. */
const MAX_TURN_MS = 1_000

/** Of this thread's event loop, which all consumers share. */
let seen = performance.eventLoopUtilization()
let seenAt = performance.now()
let isBusy = false
let lastTurn: Promise<void> = Promise.resolve()

/**
 * Runs an effect on so many records. While the event loop has no time to spare, effects take turns and leave most of it to the
 * requests of the same process: what waits meanwhile is kept by the log, and larger batches take less time. Otherwise it runs at
 * once.
 * @param signal  aborted: nobody needs to be let in any more
 */
export async function inTurn(effect: () => Promise<void>, records: number, signal: AbortSignal): Promise<void> {
  if (!hasNoTime()) return effect()
  const before = lastTurn
  const turn = Promise.withResolvers<void>()
  lastTurn = turn.promise
  await before
  const tooLong = setTimeout(turn.resolve, MAX_TURN_MS)
  try {
    await effect()
  } finally {
    clearTimeout(tooLong)
    void rest(Math.min(MAX_REST_MS, REST_MS_A_RECORD * records), signal).then(turn.resolve)
  }
}

function hasNoTime(): boolean {
  const now = performance.now()
  if (now - seenAt < WINDOW_MS) return isBusy
  const current = performance.eventLoopUtilization()
  isBusy = performance.eventLoopUtilization(current, seen).utilization > BUSY_SHARE
  seen = current
  seenAt = now
  return isBusy
}

/** Ends as soon as the event loop has time to spare. */
async function rest(longestMs: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + longestMs
  while (performance.now() < until && !signal.aborted) {
    const before = performance.eventLoopUtilization()
    await sleep(GLANCE_MS)
    if (performance.eventLoopUtilization(before).utilization < BUSY_SHARE) return
  }
}
