import type { Bitmap } from '../../models/ranking/bitmap.ts'
import { matcher } from '../../models/ranking/filter.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import type { RankedItems } from '../../models/ranking/ranked-list.ts'
import type { Catalogue } from '../catalogue.ts'
import { createPace } from './pace.ts'
import type { Part } from './shelf.ts'
import { hiddenOn, type Rules } from './sources.ts'
import type { Whereabouts } from './whereabouts.ts'

/** Places that are gone through before it is worth counting what may be listed at all. */
const FIRST_LOOK = 4096
/** Where so many times fewer may be listed than there are places left, they are gone through instead, in order. */
const FEWER = 8

/** Places in a list whose items may be shown, as far as they were found: each is looked at once, however often more is wanted. */
export interface Allowed {
  /** In ascending order. */
  readonly found: readonly number[]
  /** Finds some more, or all that there are. Not to be begun while another call is under way. */
  more(count: number): Steps<void>
}

/** What is known of items beside what shelves tell. */
export interface ItemFacts {
  readonly catalogue: Pick<Catalogue, 'get' | 'isHidden'>
  /** By their row in the list. Left out: shelves tell, and what is on none is little known. */
  readonly isWellKnown?: ((row: number) => boolean) | undefined
}

export function allowedIn(
  list: RankedItems,
  { shelves, alignment, find }: Whereabouts,
  { catalogue, isWellKnown }: ItemFacts,
  rules: Rules,
  part: Part,
): Allowed {
  let hidden: readonly Bitmap[] | undefined
  // Shelves know what was popular when their generation was trained, and are not asked where something newer is known.
  const partOnShelves = isWellKnown ? 'all' : part
  const isInPart = (row: number): boolean =>
    !isWellKnown || part === 'all' || isWellKnown(row) === (part === 'wellKnown')
  const isAllowedElsewhere = onNoShelf(catalogue, rules, partOnShelves)
  const isAllowed = (row: number): boolean =>
    isInPart(row) && find(row, (shelf, index) => hidden?.[shelf]?.isHidden(index) === false, isAllowedElsewhere)
  const found: number[] = []
  /** Where the next look is: in the list, or past the first look among `few`, if there are few. */
  let next = 0
  let few: Int32Array | undefined

  function* hiddenOnAll(): Steps<readonly Bitmap[]> {
    const all: Bitmap[] = []
    for (const shelf of shelves) all.push(yield* hiddenOn(shelf, rules, partOnShelves))
    return all
  }

  /** @returns places from `next` on, or undefined where it is no more work to go through all of them */
  function* fewLeft(): Steps<Int32Array | undefined> {
    const own = hidden?.[0]
    if (!own || !alignment) return undefined
    yield* alignment.reach()
    const others = alignment.others()
    if (FEWER * (own.countShown() + others.length) > list.length - next) return undefined
    const places: number[] = []
    const add = (row: number): void => {
      const place = list.placeOf(row)
      if (place >= next) places.push(place)
    }
    for (const index of own.shown()) add(alignment.rowOf(index))
    for (const row of others) add(row)
    return Int32Array.from(places).sort()
  }

  return {
    found,
    *more(count) {
      const enough = found.length + count
      hidden ??= yield* hiddenOnAll()
      const { isLate, goOn } = createPace()
      while (found.length < enough) {
        if (next === FIRST_LOOK) few = yield* fewLeft()
        const place = few ? (few[next - FIRST_LOOK] ?? list.length) : next
        if (place >= list.length) break
        next++
        if (isAllowed(list.order[place] as number)) found.push(place)
        if (!isLate()) continue
        yield
        goOn()
      }
    },
  }
}

/** Of items without factors. */
function onNoShelf(
  catalogue: ItemFacts['catalogue'],
  { filter, hide, known }: Rules,
  part: Part,
): (itemId: string) => boolean {
  if (part === 'wellKnown') return () => false
  const matches = filter ? matcher(filter) : () => true
  let hidden: Set<string> | undefined
  return (itemId) => {
    hidden ??= new Set([...hide, ...known.flatMap((items) => items.itemIds())])
    return !hidden.has(itemId) && !catalogue.isHidden(itemId) && matches(catalogue.get(itemId))
  }
}
