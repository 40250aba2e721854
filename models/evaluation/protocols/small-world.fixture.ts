import type { Fit } from '../model.ts'
import { type RatingTable, ratingTableBuilder } from '../rating-table.ts'
import type { Marks } from '../split.ts'

/** A table with positives from 4, of lines `user item value time`. */
export function tableOf(...lines: readonly string[]): RatingTable {
  const { add, finish } = ratingTableBuilder(4)
  for (const line of lines) {
    const [user, item, value, time = '0'] = line.split(' ')
    add(user as string, item as string, Number(value), Number(time))
  }
  return finish()
}

/** Entries with a mark, as `user item`. */
export function pairsOf({ userIds, itemIds, starts, items }: RatingTable, marks: Marks, mark: number): string[] {
  return userIds.flatMap((user, row) =>
    Array.from(items.subarray(starts[row], starts[row + 1]), (item, n) => ({ item, e: (starts[row] as number) + n }))
      .filter(({ e }) => marks[e] === mark)
      .map(({ item }) => `${user} ${itemIds[item]}`),
  )
}

/** What a model was asked, and fitted on: nothing else of it is of interest. */
export function spy() {
  const fits: { items: number[]; values: number[]; itemCount: number }[] = []
  const histories: { items: number[]; values: number[] }[] = []
  const learnt: number[] = []
  const fitSpy: Fit = ({ items, values, itemCount }) => {
    fits.push({ items: [...items], values: [...values], itemCount })
    return {
      scores(history, into) {
        histories.push({ items: [...history.items], values: [...history.values] })
        // The first item is best.
        for (let item = 0; item < into.length; item++) into[item] = -item
      },
      learn: (item) => learnt.push(item),
    }
  }
  return { fitSpy, fits, histories, learnt }
}
