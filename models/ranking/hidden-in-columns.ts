import type { Bitmap } from './bitmap.ts'
import type { Column, Columns, DescribedItems } from './columns.ts'
import { type Condition, comparable, matcher, type Scalar } from './filter.ts'
import type { Steps } from './layout.ts'

const NO_ROWS = new Int32Array()
/** What a condition takes, as many looks at items, beside those that it asks. */
const CONDITION_LOOKS = 64

/**
 * Hides all but the items of which a condition holds. What the columns leave open is asked of the items themselves.
 *
 * @param isDue  whether to let others in, after so many more looks at items
 * @returns a new bitmap, as things were when the columns were made, or at some time since
 */
export function* hiddenInColumns(
  condition: Condition,
  columns: Columns,
  items: DescribedItems,
  isDue: (looks: number) => boolean,
): Steps<Bitmap> {
  const { field, has, in: oneOf, gte, lte } = condition
  const { itemIds, indexOf, get, empty } = items
  const column = columns(field)
  const matches = matcher(condition)

  function allHidden(): Bitmap {
    const hidden = empty()
    hidden.hideAll()
    return hidden
  }

  function* showMatching(hidden: Bitmap, indices: Iterable<number>): Steps<void> {
    for (const index of indices) {
      if (matches(get(itemIds[index] as string))) hidden.show(index)
      if (isDue(1)) yield
    }
  }

  function* showValue(hidden: Bitmap, { texts, numbers }: Column, value: Scalar): Steps<void> {
    if (typeof value === 'number') hidden.showAll(numbers?.rowsIn(value, value) ?? NO_ROWS)
    else {
      const found = texts?.rowsOf(value)
      if (found?.areCertain === false) yield* showMatching(hidden, found.rows)
      else hidden.showAll(found?.rows ?? NO_ROWS)
    }
  }

  if (column === 'absent') return allHidden()
  if (column === 'unknown') {
    const hidden = allHidden()
    const ids = [has, ...(oneOf ?? [])].map((id) => indexOf.get(id as string)).filter((index) => index !== undefined)
    yield* showMatching(hidden, field === 'itemId' ? ids : itemIds.keys())
    return hidden
  }

  const hidden = empty()
  for (const values of [has === undefined ? undefined : [has], oneOf]) {
    if (!values) continue
    const others = allHidden()
    for (const value of values) yield* showValue(others, column, comparable(field, value))
    hidden.merge(others)
  }
  if (gte !== undefined || lte !== undefined) {
    const others = allHidden()
    others.showAll(column.numbers?.rowsIn(gte ?? -Infinity, lte ?? Infinity) ?? NO_ROWS)
    hidden.merge(others)
  }
  if (isDue(CONDITION_LOOKS)) yield
  return hidden
}
