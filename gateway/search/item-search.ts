import type { Logger } from '../../infra/logging.ts'
import type { Item } from '../../models/events/types.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import { inBackground } from '../background.ts'
import type { Catalogue } from '../catalogue.ts'
import { find, type ItemQuery } from './find.ts'
import { createRankedTitles, type Popularity } from './ranked-titles.ts'
import { indexed } from './title-index.ts'
import { meantBy } from './typing-errors.ts'

/** Items taken in at a step: a millisecond. */
const STEP_ITEMS = 128

export interface FoundItems {
  readonly items: Item[]
  readonly total: number
  /** What was looked for, since nothing has what was asked for. */
  readonly correctedTo?: string
}

export interface ItemSearch {
  /**
   * Available items, as `find` lists them; where there are none, those of what may have been meant. Waits while the catalogue is
   * first taken in, some 5 µs an item.
   */
  search(query: ItemQuery): Promise<FoundItems>
}

/** Searches in the catalogue that follow it: an item is found, or not, from the moment on in which the catalogue has it so. */
export function createItemSearch(
  catalogue: Pick<Catalogue, 'get' | 'itemIds' | 'onChange'>,
  popularity: Popularity,
  logger: Logger,
  closing: AbortSignal,
): ItemSearch {
  const titles = createRankedTitles(popularity, logger, closing)

  function follow(itemId: string): void {
    const item = catalogue.get(itemId)
    titles.put(itemId, item?.available ? indexed(itemId, item) : undefined)
  }

  function* takeIn(): Steps<undefined> {
    let taken = 0
    for (const itemId of catalogue.itemIds()) {
      follow(itemId)
      if (++taken % STEP_ITEMS === 0) yield
    }
    return undefined
  }

  const stop = catalogue.onChange(follow)
  closing.addEventListener('abort', stop, { once: true })
  const takenIn = inBackground(takeIn(), closing).catch((error: unknown) => {
    if (!closing.aborted) logger.error({ err: error }, 'not every item can be found by its title')
  })

  async function findItems(query: ItemQuery): Promise<FoundItems> {
    const { found, total } = find(await titles.current(), query)
    return { items: found.flatMap(({ itemId }) => catalogue.get(itemId) ?? []), total }
  }

  return {
    async search(query) {
      await takenIn
      const asked = await findItems(query)
      if (asked.total > 0 || !query.query) return asked
      const correctedTo = await inBackground(meantBy((await titles.current()).index, query.query), closing)
      if (correctedTo === undefined) return asked
      const meant = await findItems({ ...query, query: correctedTo })
      return meant.total > 0 ? { ...meant, correctedTo } : asked
    },
  }
}
