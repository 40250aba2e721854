import type { Bitmap } from '../../models/ranking/bitmap.ts'
import type { DescribedItems } from '../../models/ranking/columns.ts'
import type { Filter } from '../../models/ranking/filter.ts'
import { createItemIndex } from '../../models/ranking/item-index.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import { inBackground, remadeWhileAsked } from '../background.ts'
import type { Catalogue } from '../catalogue.ts'

/** What nobody is to see, for one generation. */
export interface HiddenItems {
  /** A bitmap of the caller's own, in which all are hidden that the catalogue hides. */
  everywhere(): Bitmap
  /** One in which what the filter does not let through is hidden, too. */
  by(filter: Filter): Steps<Bitmap>
  /** No longer follows the catalogue. */
  close(): void
}

/**
 * Bitmaps of a generation that follow the catalogue, so that a request only combines some. Whoever gives up between the steps has
 * to end them with `return`.
 *
 * @param empty  makes a bitmap
 */
export function* followHiddenItems(
  { itemIds, indexOf }: Pick<DescribedItems, 'itemIds' | 'indexOf'>,
  empty: () => Bitmap,
  catalogue: Pick<Catalogue, 'get' | 'isHidden' | 'hidden' | 'onChange'>,
): Steps<HiddenItems> {
  const index = createItemIndex({ itemIds, indexOf, get: catalogue.get, empty })
  const everywhere = empty()
  const closing = new AbortController()
  let isFirstRead = false

  // Every filter that is new looks at all that has changed since the index was read: a thousand changes cost more than the search.
  const readAgain = remadeWhileAsked<true>({
    async make() {
      if (!index.isBehind()) return undefined
      await inBackground(index.refresh(), closing.signal)
      return true
    },
    failed(error) {
      if (!closing.signal.aborted) throw error
    },
    maxAgeMs: Number.POSITIVE_INFINITY,
    isUrgent: index.isStale,
  })

  function update(itemId: string): void {
    const at = indexOf.get(itemId)
    if (at !== undefined) everywhere[catalogue.isHidden(itemId) ? 'hide' : 'show'](at)
  }

  const stop = catalogue.onChange((itemId) => {
    update(itemId)
    index.touch(itemId)
    // Though nobody asks: what has changed is remembered until it is read.
    if (isFirstRead && index.isStale()) void readAgain()
  })
  function close(): void {
    closing.abort()
    stop()
  }

  try {
    for (const itemId of catalogue.hidden()) update(itemId)
    yield* index.refresh()
    isFirstRead = true
    return {
      everywhere: () => everywhere.copy(),
      *by(filter) {
        void readAgain()
        const hidden = yield* index.hiddenBy(filter)
        hidden.merge(everywhere)
        return hidden
      },
      close,
    }
  } finally {
    if (!isFirstRead) close()
  }
}
