import { setTimeout as sleep, setImmediate as yieldToRequests } from 'node:timers/promises'
import type { Logger } from '../../infra/logging.ts'
import { type FoldIn, prepareFoldIn } from '../../models/als/fold-in.ts'
import { placeFactors } from '../../models/als/placed.ts'
import type { Generation } from '../../models/als/types.ts'
import { createWorkspace, type Workspace } from '../../models/linalg/workspace.ts'
import { buildDirections } from '../../models/ranking/directions.ts'
import { finish, placeInSteps, type Steps } from '../../models/ranking/layout.ts'
import { createScorer, type Scorer } from '../../models/ranking/scorer.ts'
import type { Catalogue } from '../catalogue.ts'
import type { ScanPool } from './scan-pool.ts'
import { buildShelf, type Shelf } from './shelf.ts'

/**
 * Of so many numbers at most, a generation is laid out at once where there is none yet: whoever asks is answered by it. With all that
 * the catalogue says of its items that may take 200 ms, so that any other is laid out between requests.
 */
const LAID_OUT_AT_ONCE = 1e6
/** So long at most a generation waits for the items that it has not seen to be in its lists: better without them than never. */
const MAX_WAIT_MS = 10_000

/** A generation as requests use it. */
export interface ServedGeneration {
  readonly generation: Generation
  readonly foldIn: FoldIn
  /** Its own items. */
  readonly shelf: Shelf
  /** Its own items, then those that it has not seen. */
  readonly shelves: readonly Shelf[]
  /** Those whose factors come from ratings, and not from other items of their genres: what is like what goes by these. */
  readonly ratedShelves: readonly Shelf[]
  /** Another one whenever those that it has not seen changed, in no generation the same. */
  version(): string
  /** Resolves when lists have the items that were described by now. */
  listed(): Promise<void>
  /** The sampled users by their directions. Laid out when somebody first asks. */
  users(): Scorer
}

/** Items that a generation has not seen, as long as it is served. */
export interface Newcomers {
  /** Resolves when those that were there from the start are laid out, though not yet all in their final form, or cannot be. */
  readonly begun: Promise<void>
  /** Resolves when lists have what was described by now, or cannot have it. */
  listed(): Promise<void>
  /** All of them, and those whose factors come from ratings. */
  shelves(): readonly Shelf[]
  ratedShelves(): readonly Shelf[]
  /** Another one whenever they changed, in no generation the same. */
  version(): string
  close(): void
}

export interface ServingParts {
  readonly generations: { current(): Generation | undefined }
  readonly catalogue: Catalogue
  readonly pool: ScanPool
  readonly logger: Logger
  /** Takes a memory back when no request can be using it any more. */
  giveBack(workspace: Workspace): void
  /** Begins to look after the items that a generation has not seen. */
  newcomersOf(served: Pick<ServedGeneration, 'generation' | 'foldIn' | 'shelf'>): Newcomers
  readonly maxWaitMs?: number
}

export interface Serving {
  /** The generation that is live, when it is laid out: until then, the one before, if any. */
  current(): ServedGeneration | undefined
  /** The generation that is live now is laid out, or cannot be. */
  settled(): Promise<void>
  /** From then on nothing is served. */
  close(): void
}

type Opened = ServedGeneration & Pick<Newcomers, 'begun' | 'close'>

/** Getting a generation ready to be served. */
interface Preparation {
  readonly generation: Generation
  /** Aborted when that is over: it is served, or another one is live. */
  readonly over: AbortController
}

/** Makes what requests share of a generation when the first of them comes. */
export function createServing(parts: ServingParts): Serving {
  const { generations, logger, maxWaitMs = MAX_WAIT_MS } = parts
  let served: Opened | undefined
  /** Of the one that is live, while the former one is served: it is being laid out, or cannot be. */
  let preparing: Preparation | undefined
  let settling = Promise.resolve()
  let isClosed = false

  function begin(generation: Generation): Preparation {
    preparing = { generation, over: new AbortController() }
    return preparing
  }

  function end(): void {
    preparing?.over.abort()
    preparing = undefined
  }

  function switchTo(next: Opened | undefined): void {
    served?.close()
    served = next
    end()
  }

  /** Not before its lists have what is new to both: it was in those of the former one. Where there is none, nobody waits for that. */
  async function replaceBy(next: Opened, { over: { signal } }: Preparation): Promise<void> {
    if (served) await Promise.race([next.begun, sleep(maxWaitMs, undefined, { signal, ref: false }).catch(() => {})])
    if (signal.aborted) next.close()
    else switchTo(next)
  }

  /** Step by step, between requests; given up when another generation is live meanwhile. */
  async function prepare(generation: Generation): Promise<void> {
    const preparation = begin(generation)
    const steps = serve(generation, parts)
    try {
      for (; !preparation.over.signal.aborted; await yieldToRequests()) {
        const { done, value } = steps.next()
        if (done) return await replaceBy(value, preparation)
      }
    } catch (error) {
      fail(generation, error)
    } finally {
      // One that was given up lets go of the catalogue, and of its memory.
      steps.return(undefined as never)
    }
  }

  function prepareAtOnce(generation: Generation): void {
    begin(generation)
    try {
      switchTo(finish(serve(generation, parts)))
    } catch (error) {
      fail(generation, error)
    }
  }

  function fail(generation: Generation, error: unknown): void {
    logger.error({ err: error, generation: generation.id }, 'a generation cannot be served; the former one stays')
  }

  function current(): ServedGeneration | undefined {
    // Whoever was cut off may still ask.
    const generation = isClosed ? undefined : generations.current()
    if (generation !== undefined && generation === preparing?.generation) return served
    end()
    if (generation === served?.generation) return served
    if (generation === undefined) switchTo(undefined)
    else if (served || isLarge(generation)) settling = prepare(generation)
    else prepareAtOnce(generation)
    return served
  }

  return {
    current,
    settled() {
      current()
      return settling
    },
    close() {
      isClosed = true
      switchTo(undefined)
    },
  }
}

function isLarge({ items }: Generation): boolean {
  return items.factors.data.length > LAID_OUT_AT_ONCE
}

function* serve(generation: Generation, parts: ServingParts): Steps<Opened> {
  const workspace = createWorkspace(generation.items.factors.data.byteLength)
  let opened: Opened | undefined
  try {
    opened = yield* openIn(workspace, generation, parts)
    return opened
  } finally {
    if (!opened) workspace.dispose()
  }
}

function* openIn(
  workspace: Workspace,
  generation: Generation,
  { catalogue, pool, newcomersOf, giveBack }: ServingParts,
): Steps<Opened> {
  const { itemIds, indexOf, items, positives, hyperParameters } = generation
  const factors = yield* placeInSteps(workspace, items.factors)
  const foldIn = prepareFoldIn(workspace, factors, items.gramian, hyperParameters)
  const shelf = yield* buildShelf({ itemIds, indexOf, factors, positives }, workspace, catalogue, pool)
  const newcomers = closingOnFailure(shelf, () => newcomersOf({ generation, foldIn, shelf }))
  let users: Scorer | undefined
  return {
    begun: newcomers.begun,
    generation,
    foldIn,
    shelf,
    get shelves() {
      return [shelf, ...newcomers.shelves()]
    },
    get ratedShelves() {
      return [shelf, ...newcomers.ratedShelves()]
    },
    version: newcomers.version,
    listed: newcomers.listed,
    users() {
      users ??= usersOf(generation, workspace)
      return users
    },
    close() {
      newcomers.close()
      shelf.close()
      giveBack(workspace)
    },
  }
}

function closingOnFailure<T>(opened: { close(): void }, next: () => T): T {
  try {
    return next()
  } catch (error) {
    opened.close()
    throw error
  }
}

/** A sample is small enough to be laid out at once. */
function usersOf({ userSample }: Generation, workspace: Workspace): Scorer {
  const sample = placeFactors(workspace, userSample.factors)
  return finish(buildDirections(createScorer(sample, { workspace }), sample))
}

/** What stands for an item in a generation, be it one of its own or one that it has not seen. Length d: a view. */
export function vectorOf({ shelves }: ServedGeneration, itemId: string): Float32Array | undefined {
  for (const shelf of shelves) {
    const index = shelf.indexOf.get(itemId)
    if (index !== undefined) return shelf.vectorOf(index)
  }
  return undefined
}
