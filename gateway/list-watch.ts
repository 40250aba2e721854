import { setTimeout as sleep } from 'node:timers/promises'
import type { UserState } from '../infra/user-state/port.ts'
import type { Version } from './answer-cache.ts'

/** Lists being made at once because of what concerns many, or for many who come, and for how long before whoever asks has a turn. */
const AT_ONCE = 4
const TURN_MS = 5

/** So long after something was counted, lists that go by it may not have been made anew. */
const STREAM_SETTLES_MS = 60_000

/** Somebody who holds a list of a user and wants to know when it may have changed. */
export interface Watcher {
  readonly userId: string
  /** Whether the list goes by what is counted from the stream, so that anybody's rating may change it. */
  goesByStream(): boolean
  /** Told more often than anything changes. Must not reject. @returns when the list was made anew, or at once if that has to wait */
  renew(): Promise<void>
  /** Nothing more will be told. */
  end(): void
}

export interface ListWatch {
  /** @returns stops watching */
  watch(watcher: Watcher): () => void
  /** For a first list: renews a watcher soon, but of those who come at once only few at once. */
  renewInTurn(watcher: Watcher): void
  count(): number
  /** Ends all watchers. */
  close(): void
}

/** ms from one look to the next: for another model, or other items, and for what is counted from the stream. */
export interface LookTimes {
  readonly modelMs: number
  readonly streamMs: number
}

/**
 * Tells when lists may have changed: the user did, or what lists are made of. One listener for all who watch. When all lists have
 * to be made anew, they are made few by few, with as much time between for everything else.
 */
export function createListWatch(
  state: Pick<UserState, 'changes'>,
  version: () => Version,
  { modelMs, streamMs }: LookTimes = { modelMs: 500, streamMs: 5_000 },
): ListWatch {
  const byUser = new Map<string, Set<Watcher>>()
  /** Those whose turn it is not yet. */
  const beginning = new Set<Watcher>()
  const closing = new AbortController()
  let beginningAtOnce = 0
  let count = 0
  let hasGap = false
  let turnBegan = Number.NEGATIVE_INFINITY

  const stop = state.changes((change) => {
    if (change.type === 'gap') hasGap = true
    if (change.type !== 'user') return
    const watchers = byUser.get(change.userId)
    if (watchers) void renew([...watchers])
  })
  void follow()

  /** One look after the other: what changes while lists are made anew makes them once more, not many times. */
  async function follow(): Promise<void> {
    let seen = version()
    let streamMovedAt = Number.NEGATIVE_INFINITY
    let streamLookedAt = performance.now()
    for (let pauseMs = modelMs; await pause(pauseMs); ) {
      const now = version()
      const began = performance.now()
      const looksAtStream = began - streamLookedAt >= streamMs
      if (looksAtStream) streamLookedAt = began
      const hasOtherItems = now.model !== seen.model
      // What is made of either in the background may be older than both.
      if (now.stream !== seen.stream || hasOtherItems) streamMovedAt = began
      const concernsAll = hasGap || hasOtherItems
      const concernsSome = looksAtStream && began - streamMovedAt < STREAM_SETTLES_MS
      hasGap = false
      seen = now
      if (concernsAll || concernsSome) await renew(all().filter((one) => concernsAll || one.goesByStream()))
      pauseMs = Math.max(modelMs, performance.now() - began)
    }
  }

  /** Those who come and go meanwhile may be among them or not. */
  function* all(): Generator<Watcher, undefined> {
    for (const watchers of byUser.values()) yield* watchers
    return undefined
  }

  async function renew(watchers: Iterable<Watcher>): Promise<void> {
    const waiting = watchers[Symbol.iterator]()
    async function oneByOne(): Promise<void> {
      for (let next = waiting.next(); !next.done; next = waiting.next()) {
        beginning.delete(next.value)
        await next.value.renew()
        if (!(await letOthers())) return
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, oneByOne))
  }

  function letBegin(): void {
    for (const watcher of beginning) {
      if (beginningAtOnce === AT_ONCE) return
      beginning.delete(watcher)
      beginningAtOnce++
      void begin(watcher)
    }
  }

  async function begin(watcher: Watcher): Promise<void> {
    await watcher.renew()
    await letOthers()
    beginningAtOnce--
    letBegin()
  }

  /** @returns as `pause` */
  async function letOthers(): Promise<boolean> {
    if (performance.now() - turnBegan < TURN_MS) return !closing.signal.aborted
    const goesOn = await pause(TURN_MS)
    turnBegan = performance.now()
    return goesOn
  }

  /** @returns false: it is to end */
  function pause(ms: number): Promise<boolean> {
    return sleep(ms, true, { ref: false, signal: closing.signal }).catch(() => false)
  }

  return {
    watch(watcher) {
      const watchers = byUser.get(watcher.userId) ?? new Set()
      byUser.set(watcher.userId, watchers.add(watcher))
      count++
      if (closing.signal.aborted) watcher.end()
      return () => {
        if (!watchers.delete(watcher)) return
        beginning.delete(watcher)
        count--
        if (watchers.size === 0) byUser.delete(watcher.userId)
      }
    },
    renewInTurn(watcher) {
      if (closing.signal.aborted) return
      beginning.add(watcher)
      // Whoever says so is about to listen.
      queueMicrotask(letBegin)
    },
    count: () => count,
    close() {
      closing.abort()
      beginning.clear()
      stop()
      for (const watcher of [...all()]) watcher.end()
    },
  }
}
