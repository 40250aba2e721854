import type { Item } from '../../models/events/types.ts'

/** The views, worked out in plain TypeScript from what is known of the events. */

export interface Rating {
  readonly userId: string
  readonly itemId: string
  readonly value: number
  readonly occurredAt: number
  readonly recommendationId: string
}

export interface ServedList {
  readonly recommendationId: string
  readonly userId: string
  readonly items: readonly string[]
  readonly strategy: string
  readonly generation: string
  readonly occurredAt: number
}

export interface Known {
  /** The one that counts of each user and item. */
  readonly ratings: readonly Rating[]
  readonly items: ReadonlyMap<string, Item>
  readonly served: readonly ServedList[]
  readonly positiveFrom: number
}

type Rows = Record<string, unknown>[]

const DAY_MS = 86_400_000
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
const monthOf = (at: number): string => `${dayOf(at).slice(0, 7)}-01`
const timeOf = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, -1)
const monthNumber = (day: string): number => 12 * Number(day.slice(0, 4)) + Number(day.slice(5, 7))
const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0)
const most = (all: readonly number[]): number => all.reduce((x, y) => Math.max(x, y))
const least = (all: readonly number[]): number => all.reduce((x, y) => Math.min(x, y))
const groups = <T>(all: readonly T[], key: (one: T) => string): [string[], T[]][] =>
  [...Map.groupBy(all, key)].map(([joined, theirs]) => [joined.split('\n'), theirs])

/** Rows of every view of ratings and items, by its name. */
export function recompute({ ratings, items, served, positiveFrom }: Known): Record<string, Rows> {
  const likes = (theirs: readonly Rating[]): number => theirs.filter(({ value }) => value >= positiveFrom).length
  const values = (theirs: readonly Rating[]): number => sum(theirs, ({ value }) => value)
  const genresOf = (itemId: string): readonly string[] => {
    const { genres = [] } = items.get(itemId) ?? {}
    return genres.length > 0 ? genres : ['(none)']
  }
  const byDay = groups(ratings, ({ occurredAt }) => dayOf(occurredAt))
  const byUser = groups(ratings, ({ userId }) => userId)
  const byItem = groups(ratings, ({ itemId }) => itemId)
  const firstDay = new Map(byUser.map(([[user], theirs]) => [user, dayOf(least(theirs.map((one) => one.occurredAt)))]))
  const mean = values(ratings) / ratings.length
  const anItem = ratings.length / byItem.length
  const newest = most(ratings.map(({ occurredAt }) => occurredAt))

  const itemStats = byItem.map(([[item_id = ''], theirs]) => ({
    item_id,
    title: items.get(item_id)?.title ?? '',
    genres: [...(items.get(item_id)?.genres ?? [])],
    year: items.get(item_id)?.year ?? null,
    ratings: theirs.length,
    positives: likes(theirs),
    average_value: values(theirs) / theirs.length,
    bayesian_average: (values(theirs) + anItem * mean) / (theirs.length + anItem),
    first_rated: timeOf(least(theirs.map(({ occurredAt }) => occurredAt))),
    last_rated: timeOf(most(theirs.map(({ occurredAt }) => occurredAt))),
  }))
  const ranked = itemStats.toSorted((x, y) => y.ratings - x.ratings || (x.item_id < y.item_id ? -1 : 1))

  const withGenres = ratings.flatMap((one) => genresOf(one.itemId).map((genre) => ({ ...one, genre })))
  const inMonth = new Map(groups(ratings, ({ occurredAt }) => monthOf(occurredAt)).map(([[m], all]) => [m, all.length]))

  const cohorts = new Map<string, number>()
  const returns = new Map<string, number>()
  for (const [[user = ''], theirs] of byUser) {
    const cohort = `${firstDay.get(user)?.slice(0, 7)}-01`
    cohorts.set(cohort, (cohorts.get(cohort) ?? 0) + 1)
    for (const month of new Set(theirs.map(({ occurredAt }) => monthOf(occurredAt)))) {
      const key = `${cohort}\n${monthNumber(month) - monthNumber(cohort)}`
      returns.set(key, (returns.get(key) ?? 0) + 1)
    }
  }

  const trending = [7, 30].flatMap((window_days) => {
    const start = newest - window_days * DAY_MS
    const within = ratings.filter(({ occurredAt }) => occurredAt > start - window_days * DAY_MS)
    return groups(within, ({ itemId }) => itemId).map(([[item_id = ''], theirs]) => {
      const now = theirs.filter(({ occurredAt }) => occurredAt > start).length
      const before = theirs.length - now
      const trend = (now - before) / Math.sqrt(now + before)
      const title = items.get(item_id)?.title ?? ''
      return { window_days, item_id, title, ratings: now, ratings_before: before, trend, ends_at: timeOf(newest) }
    })
  })

  const percentOf = (place: number): number => Math.ceil((100 * (place + 1)) / ranked.length)
  const longTail = groups([...ranked.keys()], (place) => String(percentOf(place))).map(([[percent], places]) => {
    const count = most(places) + 1
    const theirs = sum(ranked.slice(0, count), (one) => one.ratings)
    return { percent: Number(percent), items: count, ratings: theirs, share: theirs / ratings.length }
  })
  const median = (all: readonly number[]): number => all.toSorted((x, y) => x - y)[Math.floor(all.length / 2)] ?? 0

  const led = new Map(groups(ratings, (one) => one.recommendationId).map(([[id], theirs]) => [id, theirs]))
  const ledTo = (list: ServedList): readonly Rating[] => led.get(list.recommendationId) ?? []
  const outcome = (lists: readonly ServedList[]) => ({
    lists: lists.length,
    lists_rated: lists.filter((list) => ledTo(list).length > 0).length,
    ratings: sum(lists, (list) => ledTo(list).length),
    positives: sum(lists, (list) => likes(ledTo(list))),
  })
  const places = served.flatMap((list) => list.items.map((itemId) => ({ itemId, day: dayOf(list.occurredAt) })))
  const available = [...items.values()].filter((item) => item.available).length
  const groupOf = new Map(
    ranked.map(({ item_id }, place) => {
      const percent = (100 * (place + 1)) / ranked.length
      const group =
        percent <= 1
          ? 'top 1 %'
          : percent <= 5
            ? '1 to 5 %'
            : percent <= 20
              ? '5 to 20 %'
              : percent <= 50
                ? '20 to 50 %'
                : 'lower half'
      return [item_id, group]
    }),
  )
  const popularityOf = (itemId: string): string => groupOf.get(itemId) ?? '(not rated)'
  const bias = new Set(
    [...itemStats.map(({ item_id }) => item_id), ...places.map(({ itemId }) => itemId)].map(popularityOf),
  )

  return {
    ratings: ratings.map((one) => ({
      user_id: one.userId,
      item_id: one.itemId,
      value: one.value,
      is_positive: one.value >= positiveFrom,
      occurred_at: timeOf(one.occurredAt),
      recommendation_id: one.recommendationId,
    })),
    user_days: groups(ratings, (one) => `${dayOf(one.occurredAt)}\n${one.userId}`).map(([[day, user_id], theirs]) => ({
      ...{ day, user_id, ratings: theirs.length, positives: likes(theirs), value_sum: values(theirs) },
    })),
    daily_volume: byDay.map(([[day], theirs]) => {
      const users = new Set(theirs.map(({ userId }) => userId))
      return {
        day,
        ratings: theirs.length,
        positives: likes(theirs),
        average_value: values(theirs) / theirs.length,
        active_users: users.size,
        new_users: [...users].filter((user) => firstDay.get(user) === day).length,
      }
    }),
    daily_values: groups(ratings, (one) => `${dayOf(one.occurredAt)}\n${one.value}`).map(([[day, value], theirs]) => ({
      ...{ day, value: Number(value), ratings: theirs.length },
    })),
    rating_histogram: groups(ratings, ({ value }) => String(value)).map(([[value], theirs]) => ({
      ...{ value: Number(value), ratings: theirs.length, share: theirs.length / ratings.length },
    })),
    item_months: groups(ratings, (one) => `${monthOf(one.occurredAt)}\n${one.itemId}`).map(
      ([[month, item_id], theirs]) => ({
        ...{ month, item_id, ratings: theirs.length, positives: likes(theirs), value_sum: values(theirs) },
        first_rated: timeOf(least(theirs.map(({ occurredAt }) => occurredAt))),
        last_rated: timeOf(most(theirs.map(({ occurredAt }) => occurredAt))),
      }),
    ),
    item_stats: itemStats,
    user_stats: byUser.map(([[user_id], theirs]) => {
      const days = [...new Set(theirs.map(({ occurredAt }) => dayOf(occurredAt)))].sort()
      return {
        ...{ user_id, ratings: theirs.length, positives: likes(theirs), average_value: values(theirs) / theirs.length },
        ...{ active_days: days.length, first_day: days[0], last_day: days.at(-1) },
      }
    }),
    genre_months: groups(withGenres, (one) => `${monthOf(one.occurredAt)}\n${one.genre}`).map(
      ([[month = '', genre], theirs]) => ({
        ...{ month, genre, ratings: theirs.length, positives: likes(theirs) },
        share: theirs.length / (inMonth.get(month) ?? 0),
      }),
    ),
    genre_stats: groups(withGenres, ({ genre }) => genre).map(([[genre], theirs]) => ({
      ...{ genre, items: new Set(theirs.map(({ itemId }) => itemId)).size, ratings: theirs.length },
      ...{ positives: likes(theirs), average_value: values(theirs) / theirs.length },
    })),
    trending,
    retention: [...returns].map(([key, users]) => {
      const [cohort = '', later] = key.split('\n')
      const cohort_users = cohorts.get(cohort) ?? 0
      return { cohort, months_later: Number(later), users, cohort_users, share: users / cohort_users }
    }),
    sparsity: [
      {
        ...{ users: byUser.length, items: byItem.length, ratings: ratings.length },
        density: ratings.length / (byUser.length * byItem.length),
        ratings_a_user: ratings.length / byUser.length,
        median_ratings_a_user: median(byUser.map(([, theirs]) => theirs.length)),
        ratings_an_item: anItem,
        median_ratings_an_item: median(byItem.map(([, theirs]) => theirs.length)),
        items_below_5: byItem.filter(([, theirs]) => theirs.length < 5).length,
      },
    ],
    long_tail: longTail,
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
    coverage: groups(places, ({ day }) => day).map(([[day], theirs]) => {
      const found = new Set(theirs.map(({ itemId }) => itemId)).size
      return { day, items: found, catalogue: available, share: found / available }
    }),
    popularity_bias: [...bias].map((popularity_group) => {
      const inGroup = itemStats.filter(({ item_id }) => popularityOf(item_id) === popularity_group)
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
