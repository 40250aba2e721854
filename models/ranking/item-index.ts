import type { Bitmap } from './bitmap.ts'
import { buildColumns, type Columns, type DescribedItems } from './columns.ts'
import { type Filter, isCondition, matcher } from './filter.ts'
import { hiddenInColumns } from './hidden-in-columns.ts'
import type { Steps } from './layout.ts'

/** Filters, and parts of filters, whose bitmaps are kept: a bit an item each. Those asked for longest ago go first. */
const MAX_KEPT = 128
/** One that takes more room to write down, such as a long list of ids, is not worth keeping. */
const MAX_KEY_LENGTH = 4096
/** So many items may have changed, or this share of them if that is more, until the index ought to be made anew. */
const MAX_CHANGED = 1024
const MAX_CHANGED_SHARE = 1 / 64
/** Items looked at in a step: half a millisecond. */
const STEP_LOOKS = 2048

/** Answers filters from lists of items by value, and stays right while descriptions change. */
export interface ItemIndex {
  /**
   * A bitmap of the caller's own, in which all are hidden that the filter does not let through now. A few conditions that are kept
   * or indexed take but one step.
   *
   * @param filter  one that `checkFilter` finds nothing wrong with
   */
  hiddenBy(filter: Filter): Steps<Bitmap>
  /** The description of an item has changed. To be told of every change since the index was begun. */
  touch(itemId: string): void
  /** Whether anything has changed that a filter has to look at by itself. */
  isBehind(): boolean
  /** Whether so much has changed that looking at it costs every filter more than `refresh` does. */
  isStale(): boolean
  /** Reads all items again. */
  refresh(): Steps<void>
}

type IsDue = (looks: number) => boolean

/** Tells of every so many looks that it is time for a step. */
function dueAfter(stepLooks: number): IsDue {
  let looks = 0
  return (more) => {
    looks += more
    if (looks < stepLooks) return false
    looks = 0
    return true
  }
}

interface Kept {
  readonly hidden: Bitmap
  /** How many of the changes it knows. */
  changes: number
}

/** An index in which nothing is read yet, so that every filter asks every item, until `refresh` was run. */
export function createItemIndex(items: DescribedItems, stepLooks = STEP_LOOKS): ItemIndex {
  const { itemIds, indexOf, get, empty } = items
  let columns: Columns = () => 'unknown'
  /** Items whose description changed since the columns were begun, in the order of the changes. */
  let changed: number[] = []
  /** Ordered by when they were asked for. */
  const kept = new Map<string, Kept>()

  /** Not the caller's own: it is kept, and brought up to date. Of no use if the columns are others in the end. */
  function* hiddenNow(filter: Filter, isDue: IsDue): Steps<Bitmap> {
    const key = JSON.stringify(filter)
    const madeOf = columns
    const entry = kept.get(key) ?? (yield* firstMade(filter, isDue))
    if (madeOf !== columns) return entry.hidden
    if (entry.changes < changed.length) {
      const matches = matcher(filter)
      for (let n = entry.changes; n < changed.length; n++) {
        const index = changed[n] as number
        entry.hidden[matches(get(itemIds[index] as string)) ? 'show' : 'hide'](index)
      }
      entry.changes = changed.length
    }
    if (key.length <= MAX_KEY_LENGTH) keep(key, entry)
    return entry.hidden
  }

  /** As the columns know it, or from parts that are up to date. */
  function* firstMade(filter: Filter, isDue: IsDue): Steps<Kept> {
    if (isCondition(filter)) return { hidden: yield* hiddenInColumns(filter, columns, items, isDue), changes: 0 }
    // The first of the parts may miss what changes while the others are made.
    const changes = changed.length
    const hidden = empty()
    if ('all' in filter) for (const part of filter.all) hidden.merge(yield* hiddenNow(part, isDue))
    else {
      hidden.hideAll()
      for (const part of 'any' in filter ? filter.any : filter.not) hidden.intersect(yield* hiddenNow(part, isDue))
      if ('not' in filter) hidden.invert()
    }
    return { hidden, changes }
  }

  function keep(key: string, entry: Kept): void {
    kept.delete(key)
    kept.set(key, entry)
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break
      kept.delete(oldest)
    }
  }

  return {
    *hiddenBy(filter) {
      const isDue = dueAfter(stepLooks)
      for (;;) {
        const madeOf = columns
        const hidden = yield* hiddenNow(filter, isDue)
        if (madeOf === columns) return hidden.copy()
      }
    },
    touch(itemId) {
      const index = indexOf.get(itemId)
      if (index !== undefined) changed.push(index)
    },
    isBehind: () => changed.length > 0,
    isStale: () => changed.length > Math.max(MAX_CHANGED, MAX_CHANGED_SHARE * itemIds.length),
    *refresh() {
      const before = changed.length
      columns = yield* buildColumns(items)
      changed = changed.slice(before)
      kept.clear()
    },
  }
}
