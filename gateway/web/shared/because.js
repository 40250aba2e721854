import { spokenTitle, untitled } from './titles.js'

/** So many films are named as what a list comes from. */
const NAMED = 2

/** @typedef {{ readonly itemId: string, readonly title?: string, readonly contribution: number }} Reason */
/** @typedef {{ readonly reasons?: readonly Reason[] }} Explained */

/** @param {Reason} reason */
const titleOf = ({ itemId, title }) => spokenTitle(title ?? untitled(itemId))

/** @param {readonly string[]} titles */
const because = (titles) => (titles.length === 0 ? '' : `Because you liked ${titles.join(' and ')}`)

/**
 * "Because you liked Heat and Ronin": what was rated that a list owes most to, by the sum of the reasons over its items.
 *
 * @param {readonly Explained[]} items
 * @returns {string} empty where nothing is known of why
 */
export function whyList(items) {
  /** @type {Map<string, { title: string, sum: number }>} */
  const sums = new Map()
  for (const { reasons = [] } of items)
    for (const reason of reasons) {
      const { sum } = sums.get(reason.itemId) ?? { sum: 0 }
      sums.set(reason.itemId, { title: titleOf(reason), sum: sum + reason.contribution })
    }
  const most = [...sums.values()].filter(({ sum }) => sum > 0).sort((x, y) => y.sum - x.sum)
  return because(most.slice(0, NAMED).map(({ title }) => title))
}

/** The same of one film: what speaks for it most. @param {Explained} item */
export function whyItem({ reasons = [] }) {
  // The strongest come first; some speak against it.
  const first = reasons.find(({ contribution }) => contribution > 0)
  return because(first ? [titleOf(first)] : [])
}
