import { setTimeout as sleep } from 'node:timers/promises'
import type { Generation } from '../../models/als/types.ts'
import type { Logger } from '../logging.ts'
import type { ModelStore } from './port.ts'

const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000

/** The generation that is served here. */
export interface LiveGeneration {
  /** undefined: there is no model yet. Take it once a request, so that a request sees one generation. */
  current(): Generation | undefined
  /** The listener must not throw. @returns stops listening */
  onSwitch(listener: (generation: Generation) => void): () => void
  /** The first look is finished, whether or not there is a model. */
  readonly loaded: Promise<void>
  close(): void
}

/**
 * Follows the pointer of a model store: a new generation is loaded in the background and then takes the former one's place at once.
 * One that cannot be loaded is not served: the former one stays (at the start, the newest one that loads), and it is tried again.
 */
export function followGeneration(store: ModelStore, logger: Logger): LiveGeneration {
  const closing = new AbortController()
  const listeners = new Set<(generation: Generation) => void>()
  const { promise: loaded, resolve: finishLook } = Promise.withResolvers<void>()
  let current: Generation | undefined
  let wanted: string | undefined
  let pursuing = new AbortController()

  function switchTo(generation: Generation): void {
    if (generation.id === current?.id) return
    current = generation
    logger.info({ generation: generation.id, createdAt: generation.createdAt }, 'generation loaded')
    for (const listener of listeners) listener(generation)
  }

  async function loadOrLog(id: string): Promise<Generation | undefined> {
    return store.load(id).catch((error: unknown) => {
      logger.error({ err: error, generation: id, serving: current?.id }, 'a generation could not be loaded')
      return undefined
    })
  }

  /** Loads `id`, however often it takes, unless the pointer moves on. */
  async function pursue(id: string, signal: AbortSignal): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)) {
      const generation = current?.id === id ? current : await loadOrLog(id)
      if (signal.aborted) return
      if (generation !== undefined) return switchTo(generation)
      if (current === undefined) await fallBack(id, signal)
      finishLook()
      await sleep(retryMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  async function fallBack(broken: string, signal: AbortSignal): Promise<void> {
    const others = (await store.list().catch(() => [])).filter(({ id }) => id !== broken)
    for (const { id } of others) {
      const generation = await loadOrLog(id)
      if (signal.aborted) return
      if (generation !== undefined) return switchTo(generation)
    }
  }

  const stopWatching = store.watch(({ active }) => {
    if (active === undefined) return finishLook()
    if (active === wanted) return
    wanted = active
    pursuing.abort()
    pursuing = new AbortController()
    void pursue(active, AbortSignal.any([pursuing.signal, closing.signal])).finally(() => {
      // Moved on meanwhile: the look goes on with the other one.
      if (wanted === active) finishLook()
    })
  })

  return {
    current: () => current,
    onSwitch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    loaded,
    close() {
      closing.abort()
      stopWatching()
      finishLook()
    },
  }
}
