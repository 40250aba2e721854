import { setTimeout as sleep } from 'node:timers/promises'
import type { UserState } from '../infra/user-state/port.ts'
import type { Version } from './answer-cache.ts'

/** How often it is looked whether there is another model, and whether what is counted from the stream has moved. */
const MODEL_LOOK_MS = 500
const STREAM_LOOK_MS = 5_000
/** When all lists have to be made anew at once, so many are, then others have their turn. */
const WOKEN_AT_ONCE = 20
const PAUSE_MS = 10

/** Somebody who holds a list of a user and wants to know when it may have changed. */
export interface Watcher {
  readonly userId: string
  /** Whether the list goes by what is counted from the stream, so that anybody's rating may change it. */
  goesByStream(): boolean
  /** Must not throw. Heard more often than anything changes. */
  wake(): void
}

export interface ListWatch {
  /** @returns stops watching */
  watch(watcher: Watcher): () => void
  count(): number
  close(): void
}

/** Tells when lists may have changed: the user did, or what lists are made of. One listener for all who watch. */
export function createListWatch(state: Pick<UserState, 'changes'>, version: () => Version): ListWatch {
  const byUser = new Map<string, Set<Watcher>>()
  let count = 0
  let seen = version()
  let isClosed = false

  const stop = state.changes((change) => {
    if (change.type === 'user') for (const watcher of byUser.get(change.userId) ?? []) watcher.wake()
    else if (change.type === 'gap') void wakeAll(() => true)
  })
  const modelLook = setInterval(() => {
    const { model } = version()
    if (model !== seen.model) void wakeAll(() => true)
    seen = { ...seen, model }
  }, MODEL_LOOK_MS).unref()
  const streamLook = setInterval(() => {
    const { stream } = version()
    if (stream !== seen.stream) void wakeAll((watcher) => watcher.goesByStream())
    seen = { ...seen, stream }
  }, STREAM_LOOK_MS).unref()

  async function wakeAll(concerns: (watcher: Watcher) => boolean): Promise<void> {
    let woken = 0
    for (const watcher of [...byUser.values()].flatMap((watchers) => [...watchers])) {
      if (isClosed) return
      if (!concerns(watcher)) continue
      watcher.wake()
      if (++woken % WOKEN_AT_ONCE === 0) await sleep(PAUSE_MS, undefined, { ref: false })
    }
  }

  return {
    watch(watcher) {
      const watchers = byUser.get(watcher.userId) ?? new Set()
      byUser.set(watcher.userId, watchers.add(watcher))
      count++
      return () => {
        if (!watchers.delete(watcher)) return
        count--
        if (watchers.size === 0) byUser.delete(watcher.userId)
      }
    },
    count: () => count,
    close() {
      isClosed = true
      stop()
      clearInterval(modelLook)
      clearInterval(streamLook)
    },
  }
}
