import { mergeStatistics } from './item-statistics.ts'
import type { ItemStatistics } from './types.ts'

/** The statistics of all partitions as one. */
export function mergePartitions(
  partitions: Iterable<ReadonlyMap<string, ItemStatistics>>,
): Map<string, ItemStatistics> {
  const merged = new Map<string, ItemStatistics>()
  for (const partition of partitions) {
    for (const [itemId, statistics] of partition) {
      const others = merged.get(itemId)
      merged.set(itemId, others ? mergeStatistics(others, statistics) : statistics)
    }
  }
  return merged
}

/** Item ids, most popular first: by positives, then by ratings, then by id. */
export function popularItems(statistics: ReadonlyMap<string, ItemStatistics>): string[] {
  return [...statistics]
    .sort(([idX, x], [idY, y]) => y.positives - x.positives || y.count - x.count || (idX < idY ? -1 : 1))
    .map(([itemId]) => itemId)
}
