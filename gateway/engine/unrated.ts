import type { Logger } from '../../infra/logging.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import { listOf, NO_ITEMS, type RankedItems } from '../../models/ranking/ranked-list.ts'
import { sortInSteps } from '../../models/ranking/sort-in-steps.ts'
import { inBackground, remadeWhileAsked } from '../background.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Rankings } from './rankings.ts'
import type { Source } from './sources.ts'

/** What is older is made anew before it is answered. */
const MAX_AGE_MS = 10_000
/** Items looked at in a step: a fraction of a millisecond. */
const STEP_ITEMS = 2_048

interface Parts {
  readonly catalogue: Pick<Catalogue, 'get' | 'itemIds' | 'version'>
  readonly rankings: Pick<Rankings, 'popular' | 'version'>
  readonly logger: Logger
}

/** Items that are described and that nobody rated yet, the latest described first, each with a score of 0; made while asked for. */
export function createUnrated({ catalogue, rankings, logger }: Parts): () => Promise<RankedItems> {
  let madeOf = ''
  const unrated = remadeWhileAsked({
    async make() {
      const rated = (await rankings.popular())?.items ?? NO_ITEMS
      const makingOf = `${catalogue.version()} ${rankings.version()}`
      if (makingOf === madeOf) return undefined
      const made = await inBackground(unratedItems(catalogue, rated))
      madeOf = makingOf
      return made
    },
    failed: (error) => logger.error({ err: error }, 'the list of items that nobody rated stays as it was'),
    maxAgeMs: MAX_AGE_MS,
  })
  return async () => (await unrated()) ?? NO_ITEMS
}

function* unratedItems({ get, itemIds }: Parts['catalogue'], rated: RankedItems): Steps<RankedItems> {
  const found: string[] = []
  const times: number[] = []
  let looked = 0
  for (const itemId of itemIds()) {
    if (++looked % STEP_ITEMS === 0) yield
    if (rated.scoreOf(itemId) !== undefined) continue
    found.push(itemId)
    times.push(get(itemId)?.updatedAt ?? 0)
  }
  const rowOf = new Map(found.map((itemId, row) => [itemId, row]))
  const rows = {
    rows: () => found.length,
    itemIdOf: (row: number) => found[row] as string,
    rowOf: (itemId: string) => rowOf.get(itemId),
  }
  const order = yield* sortInSteps(
    Int32Array.from(found.keys()),
    (x, y) => (times[y] as number) - (times[x] as number) || ((found[x] as string) < (found[y] as string) ? -1 : 1),
  )
  return yield* listOf(rows, found.length, order, () => 0)
}

/** What a source lists, and then what another one has beside it. */
export function followedBy(first: Source, next: () => Promise<Source>): Source {
  let after: Promise<Source> | undefined
  return {
    ...first,
    async best(count, part = 'all') {
      const found = await first.best(count, part)
      if (found.length === count || part === 'wellKnown') return found
      after ??= next()
      const listed = new Set(found.map(({ itemId }) => itemId))
      const others = (await (await after).best(count, part)).filter(({ itemId }) => !listed.has(itemId))
      return [...found, ...others.slice(0, count - found.length)]
    },
  }
}
