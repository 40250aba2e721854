import { setImmediate as yieldToRequests } from 'node:timers/promises'
import type { Logger } from '../../infra/logging.ts'
import { placeFactors } from '../../models/als/placed.ts'
import { createWorkspace, type Workspace } from '../../models/linalg/workspace.ts'
import type { Catalogue } from '../catalogue.ts'
import type { ScanPool } from './scan-pool.ts'
import { buildShelf, type Shelf } from './shelf.ts'

/** What comes together, as all that is new to a generation does, is laid out together. */
const GATHER_MS = 50

interface Entry {
  readonly vector: Float32Array
  /** Those of greater rank stay where there are too many. */
  readonly rank: number
}

export interface Overlay {
  put(itemId: string, vector: Float32Array, rank: number): void
  remove(itemId: string): void
  /** Whether it is laid out, or is going to be unless there are too many. */
  has(itemId: string): boolean
  /** As it was last laid out; undefined: there is nothing on it. */
  shelf(): Shelf | undefined
  /** Resolves when all that was put and removed by now is laid out, or cannot be. Never rejects. */
  laid(): Promise<void>
  /** Lays out at once what has changed by now, if anything has. Never rejects. */
  settle(): Promise<void>
  /** Another one whenever it was laid out anew; never that of another overlay. */
  version(): number
  close(): void
}

interface Options {
  /** From one layout to the next, at least; longer where a layout takes long. */
  readonly minIntervalMs: number
  /** Items, at most. */
  readonly max: number
}

interface Parts {
  readonly catalogue: Catalogue
  readonly pool: ScanPool
  readonly logger: Logger
  /** Takes a memory back when no request can be using it any more. */
  giveBack(workspace: Workspace): void
}

/** Layouts may take this share of the time at most, so that they stay out of the way of requests: of thousands of items, 20 ms each half second. */
const MAX_SHARE = 0.04

/** Layouts made in this process. */
let layouts = 0

type Laid = Shelf & { retire(): void }

/** A shelf of items that come and go one by one: laid out anew, in the background, soon after something changed. */
export function createOverlay({ minIntervalMs, max }: Options, { catalogue, pool, logger, giveBack }: Parts): Overlay {
  const entries = new Map<string, Entry>()
  let laid: Laid | undefined
  let version = ++layouts
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let laying: Promise<void> | undefined
  let laidAt = Number.NEGATIVE_INFINITY
  /** Of the last layout, without the waits between its steps. */
  let tookMs = 0
  let next = Promise.withResolvers<void>()
  /** Something is to be laid out that is not yet. */
  let hasChanged = false

  function change(): void {
    hasChanged = true
    // Once that is done, it is seen to.
    if (laying || isClosed) return
    const dueAt = laidAt + Math.max(minIntervalMs, tookMs / MAX_SHARE)
    timer ??= setTimeout(() => void layOut(), Math.max(GATHER_MS, dueAt - performance.now())).unref()
  }

  /** Never rejects. One at a time. */
  function layOut(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    laying ??= replaceLaid().finally(() => {
      laying = undefined
      laidAt = performance.now()
      if (hasChanged) change()
      next.resolve()
      next = Promise.withResolvers()
    })
    return laying
  }

  async function replaceLaid(): Promise<void> {
    hasChanged = false
    try {
      const next = await laidOut()
      if (isClosed) return next?.retire()
      laid?.retire()
      laid = next
      version = ++layouts
    } catch (error) {
      logger.error({ err: error }, 'new items cannot be laid out; those of before stay')
    }
  }

  /** Those of greatest rank. */
  function best(): [itemId: string, entry: Entry][] {
    return entries.size > max ? [...entries].sort(([, x], [, y]) => y.rank - x.rank).slice(0, max) : [...entries]
  }

  /** What is beyond them for good is forgotten now and then, so that a million new items need no more memory than these. */
  function forgetTheRest(): void {
    if (entries.size < 2 * max) return
    const kept = new Set(best().map(([itemId]) => itemId))
    for (const itemId of entries.keys()) if (!kept.has(itemId)) entries.delete(itemId)
  }

  async function laidOut(): Promise<Laid | undefined> {
    tookMs = 0
    if (entries.size === 0) return undefined
    let began = performance.now()
    const items = best().sort(([x], [y]) => (x < y ? -1 : 1))
    const itemIds = items.map(([itemId]) => itemId)
    const indexOf = new Map(itemIds.map((itemId, index) => [itemId, index]))
    const d = items[0]?.[1].vector.length ?? 0
    const data = new Float32Array(items.length * d)
    items.forEach(([, { vector }], row) => void data.set(vector, row * d))
    const workspace = createWorkspace()
    const factors = placeFactors(workspace, { rows: items.length, d, data })
    const steps = buildShelf({ itemIds, indexOf, factors, positives: undefined }, workspace, catalogue, pool)
    for (;;) {
      const { done, value } = steps.next()
      tookMs += performance.now() - began
      if (done) return { ...value, retire: () => retire(value, workspace) }
      await yieldToRequests()
      began = performance.now()
    }
  }

  function retire(shelf: Shelf, workspace: Workspace): void {
    shelf.close()
    giveBack(workspace)
  }

  return {
    put(itemId, vector, rank) {
      const standing = entries.get(itemId)
      // A layout anew has all lists made anew.
      if (standing?.rank === rank && isSame(standing.vector, vector)) return
      entries.set(itemId, { vector, rank })
      forgetTheRest()
      change()
    },
    remove(itemId) {
      if (entries.delete(itemId)) change()
    },
    has: (itemId) => entries.has(itemId),
    shelf: () => laid,
    async laid() {
      while ((laying || hasChanged) && !isClosed) await next.promise
    },
    async settle() {
      if (laying) await laying
      if (hasChanged && !isClosed) await layOut()
    },
    version: () => version,
    close() {
      isClosed = true
      clearTimeout(timer)
      next.resolve()
      // Requests that are under way still find it.
      laid?.retire()
    },
  }
}

const isSame = (x: Float32Array, y: Float32Array): boolean => x.every((value, k) => value === y[k])
