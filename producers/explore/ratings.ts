import type { RatingEvent } from '../../models/events/types.ts'
import { createGrowing } from '../../models/ranking/growing.ts'
import { createLineNumbers, type LinePlace } from './line-numbers.ts'
import { createNumbering, type Numbering } from './numbering.ts'

/** The ratings as columns, in the order of their files: twelve bytes each. */
export interface Ratings {
  readonly users: Int32Array
  readonly items: Int32Array
  /** Since 1970: times that an import takes fit until the year 2106. */
  readonly seconds: Uint32Array
  readonly userIds: readonly string[]
  /** Of the values of each item, by its number. */
  readonly valueSums: readonly number[]
  lineOf(rating: number): LinePlace
}

export function gatherRatings(items: Numbering) {
  const users = createNumbering()
  const userColumn = createGrowing((length) => new Int32Array(length))
  const itemColumn = createGrowing((length) => new Int32Array(length))
  const secondsColumn = createGrowing((length) => new Uint32Array(length))
  const valueSums: number[] = []
  const lines = createLineNumbers()
  return {
    /** @param rating one that an import would take */
    add({ userId, itemId, value, occurredAt }: RatingEvent, file: string, line: number): void {
      const item = items.of(itemId)
      userColumn.push(users.of(userId))
      itemColumn.push(item)
      secondsColumn.push(Math.floor(occurredAt / 1000))
      while (valueSums.length <= item) valueSums.push(0)
      valueSums[item] = (valueSums[item] as number) + (value ?? 0)
      lines.add(file, line)
    },
    finish: (): Ratings => ({
      users: userColumn.all(),
      items: itemColumn.all(),
      seconds: secondsColumn.all(),
      userIds: users.ids,
      valueSums,
      lineOf: lines.of,
    }),
  }
}

/** How often each number stands in a column. */
export function countEach(column: Int32Array, numbers: number): Int32Array {
  const counts = new Int32Array(numbers)
  for (const number of column) (counts[number] as number)++
  return counts
}
