import { setImmediate as yieldToRequests } from 'node:timers/promises'
import type { Steps } from '../models/ranking/layout.ts'

/** What is made anew this often is current enough for anybody. */
const MIN_INTERVAL_MS = 200
/** Making one thing anew may take this share of the time at most, so that it stays out of the way of requests. */
const MAX_SHARE = 0.03
/** This share, as long as what is out of date costs requests more than the making would. */
const URGENT_SHARE = 0.3

/** Time that went into such work in this process: not that in which it waited for its turn. */
let busyMs = 0

/** Does a piece of work between requests. @param signal  gives the work up, with its reason as the error */
export async function inBackground<Result>(steps: Steps<Result>, signal?: AbortSignal): Promise<Result> {
  for (;;) {
    const began = performance.now()
    const { done, value } = steps.next()
    busyMs += performance.now() - began
    if (done) return value
    await yieldToRequests()
    signal?.throwIfAborted()
  }
}

export interface Making<T> {
  /** @returns undefined: what was made last is still right */
  make(): Promise<T | undefined>
  /** It was not made and stays as it was. Asked for again, it is tried again after a while. */
  failed(error: unknown): void
  /** What is older, because nobody asked for it, is made anew before it is answered. */
  readonly maxAgeMs: number
  /** Whether it costs requests much that it is out of date. */
  isUrgent?(): boolean
}

/** Something that is made anew in the background, but only while it is asked for. @returns undefined: never made, and it cannot be now */
export function remadeWhileAsked<T>({
  make,
  failed,
  maxAgeMs,
  isUrgent = () => false,
}: Making<T>): () => Promise<T | undefined> {
  let made: T | undefined
  let madeAt = Number.NEGATIVE_INFINITY
  let endedAt = Number.NEGATIVE_INFINITY
  let tookMs = 0
  let making: Promise<void> | undefined

  async function remake(): Promise<void> {
    const busyBefore = busyMs
    try {
      made = (await make()) ?? made
      madeAt = performance.now()
    } catch (error) {
      failed(error)
    }
    endedAt = performance.now()
    tookMs = busyMs - busyBefore
    making = undefined
  }

  function isDue(): boolean {
    const intervalMs = tookMs / (isUrgent() ? URGENT_SHARE : MAX_SHARE)
    return performance.now() - endedAt >= Math.max(MIN_INTERVAL_MS, intervalMs)
  }

  return async () => {
    if (making || isDue()) {
      making ??= remake()
      if (made === undefined || performance.now() - madeAt > maxAgeMs) await making
    }
    return made
  }
}
