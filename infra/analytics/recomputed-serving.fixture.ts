import {
  dayOf,
  groups,
  type Known,
  type Rating,
  type Rows,
  returnsOf,
  type ServedList,
  sum,
  timeOf,
} from './known.fixture.ts'

const NOT_RATED = '(not rated)'
/** A rating that seems to be given before its list by no more than this may have been led to by it. */
const CLOCKS_APART_MS = 300_000

/** What `recompute` makes of items that are rated. */
type ItemStats = readonly { readonly item_id: string; readonly ratings: number; readonly popularity_group: string }[]

/** Items that can be recommended: those that are available, and those that were rated and that nobody described or deleted. */
export function recommendable({ items, deleted, ratings }: Pick<Known, 'items' | 'deleted' | 'ratings'>): Rows {
  const undescribed = ratings.filter(({ itemId }) => !items.has(itemId) && !deleted.has(itemId))
  return [
    ...[...items.values()]
      .filter(({ available }) => available)
      .map(({ itemId: item_id, title, genres, year, updatedAt }) => ({
        ...{ item_id, title, genres, year, updated_at: timeOf(updatedAt) },
      })),
    ...groups(undescribed, ({ itemId }) => itemId).map(([[item_id], theirs]) => {
      const lastRated = theirs.reduce((last, { occurredAt }) => Math.max(last, occurredAt), 0)
      return { item_id, title: '', genres: [], year: null, updated_at: timeOf(lastRated) }
    }),
  ]
}

/** Rows of every view of lists, by its name. */
export function recomputeServing(
  { ratings, items, deleted, served, positiveFrom }: Known,
  stats: ItemStats,
): Record<string, Rows> {
  const naming = new Map(groups(ratings, (one) => one.recommendationId).map(([[id], theirs]) => [id, theirs]))
  const ledTo = ({ recommendationId, userId, items, occurredAt }: ServedList): readonly Rating[] =>
    (naming.get(recommendationId) ?? []).filter(
      (one) =>
        (userId === '' || one.userId === userId) &&
        items.includes(one.itemId) &&
        one.occurredAt + CLOCKS_APART_MS >= occurredAt,
    )
  const outcome = (lists: readonly ServedList[]) => ({
    lists: lists.length,
    lists_rated: lists.filter((list) => ledTo(list).length > 0).length,
    ratings: sum(lists, (list) => ledTo(list).length),
    positives: sum(lists, (list) => ledTo(list).filter(({ value }) => value >= positiveFrom).length),
  })
  const places = served.flatMap((list) => list.items.map((itemId) => ({ itemId, day: dayOf(list.occurredAt) })))
  const catalogue = recommendable({ items, deleted, ratings })
  const groupOf = new Map(stats.map(({ item_id, popularity_group }) => [item_id, popularity_group]))
  const popularityOf = (itemId: string): string => groupOf.get(itemId) ?? NOT_RATED
  const bias = new Set([...groupOf.values(), ...places.map(({ itemId }) => popularityOf(itemId))])

  return {
    catalogue,
    served_days: groups(served, (one) => `${dayOf(one.occurredAt)}\n${one.strategy}\n${one.generation}`).map(
      ([[day, strategy, generation], lists]) => ({
        ...{ day, strategy, generation, items: sum(lists, (list) => list.items.length), ...outcome(lists) },
      }),
    ),
    funnel: groups(served, ({ strategy }) => strategy).map(([[strategy], lists]) => {
      const all = outcome(lists)
      return { strategy, ...all, rated_share: all.lists_rated / all.lists }
    }),
    served_items: groups(places, (one) => `${one.day}\n${one.itemId}`).map(([[day, item_id], theirs]) => ({
      ...{ day, item_id, times: theirs.length },
    })),
    served_returns: returnsOf(
      groups(places, ({ itemId }) => itemId).map(([, theirs]) => theirs.map(({ day }) => day)),
    ).map(({ count, ...days }) => ({ ...days, items: count })),
    coverage: groups(places, ({ day }) => day).map(([[day], theirs]) => {
      const found = new Set(theirs.map(({ itemId }) => itemId)).size
      return { day, items: found, catalogue: catalogue.length, share: found / catalogue.length }
    }),
    served_popularity: groups(places, ({ day, itemId }) => `${day}\n${popularityOf(itemId)}`).map(
      ([[day, popularity_group], theirs]) => ({ day, popularity_group, times: theirs.length }),
    ),
    popularity_bias: [...bias].map((popularity_group) => {
      const inGroup = stats.filter(({ item_id }) => popularityOf(item_id) === popularity_group)
      return {
        popularity_group,
        items: inGroup.length,
        share_of_ratings: sum(inGroup, (one) => one.ratings) / ratings.length,
        share_of_served:
          places.filter(({ itemId }) => popularityOf(itemId) === popularity_group).length / Math.max(places.length, 1),
      }
    }),
  }
}
