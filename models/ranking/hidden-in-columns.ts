import type { Bitmap } from './bitmap.ts'
import type { Column, Columns, DescribedItems } from './columns.ts'
import { type Condition, comparable, matcher, type Scalar } from './filter.ts'

const NO_ROWS = new Int32Array()

/**
 * Hides all but the items of which a condition holds. What the columns leave open is asked of the items themselves.
 *
 * @returns a new bitmap, as things were when the columns were made
 */
export function hiddenInColumns(condition: Condition, columns: Columns, items: DescribedItems): Bitmap {
  const { field, has, in: oneOf, gte, lte } = condition
  const { itemIds, indexOf, get, empty } = items
  const column = columns(field)
  const matches = matcher(condition)

  function allHidden(): Bitmap {
    const hidden = empty()
    hidden.hideAll()
    return hidden
  }

  function showMatching(hidden: Bitmap, indices: Iterable<number>): void {
    for (const index of indices) if (matches(get(itemIds[index] as string))) hidden.show(index)
  }

  function showValue(hidden: Bitmap, { texts, numbers }: Column, value: Scalar): void {
    if (typeof value === 'number') hidden.showAll(numbers?.rowsIn(value, value) ?? NO_ROWS)
    else {
      const found = texts?.rowsOf(value)
      if (found?.areCertain === false) showMatching(hidden, found.rows)
      else hidden.showAll(found?.rows ?? NO_ROWS)
    }
  }

  if (column === 'absent') return allHidden()
  if (column === 'unknown') {
    const hidden = allHidden()
    const ids = [has, ...(oneOf ?? [])].map((id) => indexOf.get(id as string)).filter((index) => index !== undefined)
    showMatching(hidden, field === 'itemId' ? ids : itemIds.keys())
    return hidden
  }

  const comparisons: ((hidden: Bitmap) => void)[] = []
  if (has !== undefined) comparisons.push((hidden) => showValue(hidden, column, comparable(field, has)))
  if (oneOf !== undefined)
    comparisons.push((hidden) => {
      for (const value of oneOf) showValue(hidden, column, comparable(field, value))
    })
  if (gte !== undefined || lte !== undefined)
    comparisons.push((hidden) => hidden.showAll(column.numbers?.rowsIn(gte ?? -Infinity, lte ?? Infinity) ?? NO_ROWS))

  const hidden = empty()
  for (const compare of comparisons) {
    const others = allHidden()
    compare(others)
    hidden.merge(others)
  }
  return hidden
}
