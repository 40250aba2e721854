import type { ListedItem } from '../../engine/answers.ts'
import { spokenTitle, untitled } from '../shared/titles.js'

/** So many films are named as what a list comes from. */
const NAMED = 2

/** What was rated that a list owes most to: the sum of the reasons over its items. @returns titles */
export function owedTo(items: readonly Pick<ListedItem, 'reasons'>[]): string[] {
  const sums = new Map<string, { title: string; sum: number }>()
  for (const { reasons = [] } of items)
    for (const { itemId, title, contribution } of reasons) {
      const { sum } = sums.get(itemId) ?? { sum: 0 }
      sums.set(itemId, { title: spokenTitle(title ?? untitled(itemId)), sum: sum + contribution })
    }
  return [...sums.values()]
    .filter(({ sum }) => sum > 0)
    .sort((x, y) => y.sum - x.sum)
    .slice(0, NAMED)
    .map(({ title }) => title)
}

/** "Because you liked Heat and Ronin"; empty where nothing is known of why. */
export const becauseOf = (titles: readonly string[]): string =>
  titles.length === 0 ? '' : `Because you liked ${titles.join(' and ')}`
