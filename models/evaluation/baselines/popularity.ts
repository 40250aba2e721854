import type { Fit } from '../model.ts'

/** What most people like, whoever asks: an item's score is the number of its positives. */
export const fitPopularity: Fit = ({ items, values, itemCount, positiveFrom }) => {
  const positives = new Float64Array(itemCount)
  const learn = (item: number, value: number): void => {
    if (value >= positiveFrom) (positives[item] as number)++
  }
  items.forEach((item, e) => {
    learn(item, values[e] as number)
  })
  return { scores: (_, into) => into.set(positives), learn }
}
