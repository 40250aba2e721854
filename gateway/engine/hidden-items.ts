import type { Generation } from '../../models/als/types.ts'
import type { Bitmap } from '../../models/ranking/bitmap.ts'
import type { Catalogue } from '../catalogue.ts'

/** Genres whose bitmaps are kept: a bit an item each. Those asked for longest ago go first. */
const MAX_GENRES = 64

/** What the catalogue lets nobody see, for one generation. */
export interface HiddenItems {
  /** A bitmap of the caller's own, in which all are hidden but those that may be listed (of this genre). */
  of(genre: string | undefined): Bitmap
  /** No longer follows the catalogue. */
  close(): void
}

/** Bitmaps of a generation that follow the catalogue, so that a request only copies one. @param empty makes one */
export function followHiddenItems(
  { indexOf }: Pick<Generation, 'indexOf'>,
  empty: () => Bitmap,
  catalogue: Pick<Catalogue, 'isHidden' | 'hasGenre' | 'hidden' | 'ofGenre' | 'onChange'>,
): HiddenItems {
  const everywhere = empty()
  set(everywhere, catalogue.hidden(), 'hide')
  /** Ordered by when they were asked for. */
  const byGenre = new Map<string, Bitmap>()

  function set(bitmap: Bitmap, itemIds: Iterable<string>, act: 'hide' | 'show'): void {
    for (const itemId of itemIds) {
      const index = indexOf.get(itemId)
      if (index !== undefined) bitmap[act](index)
    }
  }

  function bitmapOf(genre: string): Bitmap {
    const bitmap = byGenre.get(genre) ?? madeFor(genre)
    byGenre.delete(genre)
    byGenre.set(genre, bitmap)
    for (const oldest of byGenre.keys()) {
      if (byGenre.size <= MAX_GENRES) break
      byGenre.delete(oldest)
    }
    return bitmap
  }

  function madeFor(genre: string): Bitmap {
    const bitmap = empty()
    bitmap.hideAll()
    set(bitmap, catalogue.ofGenre(genre), 'show')
    set(bitmap, catalogue.hidden(), 'hide')
    return bitmap
  }

  const stop = catalogue.onChange((itemId) => {
    const isHidden = catalogue.isHidden(itemId)
    set(everywhere, [itemId], isHidden ? 'hide' : 'show')
    for (const [genre, bitmap] of byGenre) {
      set(bitmap, [itemId], isHidden || !catalogue.hasGenre(itemId, genre) ? 'hide' : 'show')
    }
  })

  return {
    of: (genre) => (genre === undefined ? everywhere : bitmapOf(genre)).copy(),
    close: stop,
  }
}
