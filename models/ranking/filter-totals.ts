import { type Condition, type Filter, isCondition } from './filter.ts'
import { checkFilter, type FilterFault } from './filter-limits.ts'

/** Of all filters of one request together: each condition is a bitmap, and each value of one a look at a list. */
export const MAX_TOTAL_CONDITIONS = 200
export const MAX_TOTAL_VALUES = 5_000

/** A filter, and where it stands in what was asked. */
export interface Placed {
  readonly path: FilterFault['path']
  readonly filter: unknown
}

/**
 * Whether filters that are asked for together are few and small enough to be worth answering.
 *
 * @returns the condition that is one too many, and the one that has a value too many; nothing as long as one of them is no filter
 */
export function checkTotals(filters: readonly Placed[]): FilterFault[] {
  if (filters.some(({ filter }) => checkFilter(filter).length > 0)) return []
  const faults: FilterFault[] = []
  let conditions = 0
  let values = 0

  function count({ has, in: oneOf = [] }: Condition, path: FilterFault['path']): void {
    const more = oneOf.length + (has === undefined ? 0 : 1)
    values += more
    if (++conditions === MAX_TOTAL_CONDITIONS + 1)
      faults.push({ path, message: `More than ${MAX_TOTAL_CONDITIONS} conditions in all filters together` })
    if (values > MAX_TOTAL_VALUES && values - more <= MAX_TOTAL_VALUES)
      faults.push({ path, message: `More than ${MAX_TOTAL_VALUES} values in all filters together` })
  }

  function visit(filter: Filter, path: FilterFault['path']): void {
    if (isCondition(filter)) count(filter, path)
    else
      for (const [name, parts] of Object.entries(filter) as [string, readonly Filter[]][])
        for (const [n, part] of parts.entries()) visit(part, [...path, name, n])
  }

  for (const { filter, path } of filters) visit(filter as Filter, path)
  return faults
}
