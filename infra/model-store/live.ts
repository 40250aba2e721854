import { setTimeout as sleep } from 'node:timers/promises'
import type { Generation } from '../../models/als/types.ts'
import { CorruptGenerationError, messageOf, UnknownGenerationError } from '../errors.ts'
import type { Logger } from '../logging.ts'
import { isHeldBack } from './not-served.ts'
import type { GenerationInfo, ModelStore } from './port.ts'

const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000

export interface GenerationTrouble {
  /** ms since 1970: when it was first found. */
  readonly since: number
  readonly message: string
  /** The artifact is damaged or gone: trying again does not mend it. */
  readonly isDamaged: boolean
}

/** The generation that is served here. */
export interface LiveGeneration {
  /** undefined: there is no model yet. Take it once a request, so that a request sees one generation. */
  current(): Generation | undefined
  /** The listener must not throw. @returns stops listening */
  onSwitch(listener: (generation: Generation) => void): () => void
  /** What keeps the active generation from being served here, and since when; undefined: nothing does. */
  trouble(): GenerationTrouble | undefined
  /** The first look is finished, whether or not there is a model. */
  readonly loaded: Promise<void>
  close(): void
}

/**
 * Follows the pointer of a model store: a new generation is loaded in the background and then takes the former one's place at once.
 * One that cannot be loaded is not served: the former one stays (at the start, the newest one before it that loads), and it is
 * tried again.
 */
export function followGeneration(store: ModelStore, logger: Logger): LiveGeneration {
  const closing = new AbortController()
  const listeners = new Set<(generation: Generation) => void>()
  const { promise: loaded, resolve: finishLook } = Promise.withResolvers<void>()
  let current: Generation | undefined
  let wanted: string | undefined
  let pursuing = new AbortController()
  let trouble: { readonly id: string; readonly since: number; readonly error: unknown } | undefined

  function switchTo(generation: Generation): void {
    if (generation.id === current?.id) return
    current = generation
    logger.info({ generation: generation.id, createdAt: generation.createdAt }, 'generation loaded')
    for (const listener of listeners) listener(generation)
  }

  async function loadOrLog(id: string): Promise<Generation | undefined> {
    return store.load(id).catch((error: unknown) => {
      logger.error({ err: error, generation: id, serving: current?.id }, 'a generation could not be loaded')
      if (id === wanted) trouble = { id, since: trouble?.since ?? Date.now(), error }
      return undefined
    })
  }

  /** Loads `id`, however often it takes, unless the pointer moves on. */
  async function pursue(id: string, signal: AbortSignal): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)) {
      const generation = current?.id === id ? current : await loadOrLog(id)
      if (signal.aborted) return
      if (generation !== undefined) {
        trouble = undefined
        return switchTo(generation)
      }
      if (current === undefined) await fallBack(id, signal)
      finishLook()
      await sleep(retryMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  async function fallBack(broken: string, signal: AbortSignal): Promise<void> {
    for (const { id } of before(broken, await store.list().catch(() => []))) {
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
    trouble() {
      if (trouble === undefined) return undefined
      const { id, since, error } = trouble
      const instead = current
        ? `generation ${current.id} is served in its place`
        : 'there is no other: lists are popular'
      const message = `Generation ${id} is to be served, and cannot be loaded; ${instead}. ${messageOf(error)}`
      const isDamaged = error instanceof CorruptGenerationError || error instanceof UnknownGenerationError
      return { since, message, isDamaged }
    },
    loaded,
    close() {
      closing.abort()
      stopWatching()
      finishLook()
    },
  }
}

/**
 * What can stand in for a generation: those made before it, newest first; one that was held back only where there is no other. When
 * it was made nobody knows if its manifest is damaged too: then all others can.
 */
function before(id: string, all: readonly GenerationInfo[]): GenerationInfo[] {
  const madeAt = all.find((info) => info.id === id)?.createdAt ?? Number.POSITIVE_INFINITY
  const older = all.filter((info) => info.id !== id && info.createdAt <= madeAt)
  return [...older.filter((info) => !isHeldBack(info)), ...older.filter(isHeldBack)]
}
