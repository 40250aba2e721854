import { distributionOf } from '../../producers/explore/distribution.ts'
import { dayOf, groups, type Known, type Rating, type Rows, returnsOf, sum, timeOf } from './known.fixture.ts'
import { recomputeServing } from './recomputed-serving.fixture.ts'

const DAY_MS = 86_400_000
const monthOf = (at: number): string => `${dayOf(at).slice(0, 7)}-01`
const monthNumber = (day: string): number => 12 * Number(day.slice(0, 4)) + Number(day.slice(5, 7))
const most = (all: readonly number[]): number => all.reduce((x, y) => Math.max(x, y))
const least = (all: readonly number[]): number => all.reduce((x, y) => Math.min(x, y))

/** By its place among the rated items, in percent. */
const groupOf = (percent: number): string =>
  percent <= 1
    ? 'top 1 %'
    : percent <= 5
      ? '1 to 5 %'
      : percent <= 20
        ? '5 to 20 %'
        : percent <= 50
          ? '20 to 50 %'
          : 'lower half'

/** Rows of every view, worked out in plain TypeScript from what is known of the events, by its name. */
export function recompute(known: Known): Record<string, Rows> {
  const { ratings, items, arrived, positiveFrom } = known
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

  const unranked = byItem.map(([[item_id = ''], theirs]) => ({
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
  const ranked = unranked.toSorted((x, y) => y.ratings - x.ratings || (x.item_id < y.item_id ? -1 : 1))
  const itemStats = ranked.map((one, place) => {
    const popularity_percent = (100 * (place + 1)) / ranked.length
    return { ...one, popularity_percent, popularity_group: groupOf(popularity_percent) }
  })

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

  const trending = [7, 30, 365].flatMap((window_days) => {
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
  // As pages of explored datasets tell it: both are to say the same of one dataset.
  const median = (all: readonly number[]): number => distributionOf(Int32Array.from(all)).quantiles.median
  const totals = {
    ...{ users: byUser.length, items: byItem.length, ratings: ratings.length },
    median_ratings_a_user: median(byUser.map(([, theirs]) => theirs.length)),
    median_ratings_an_item: median(byItem.map(([, theirs]) => theirs.length)),
    items_below_5: byItem.filter(([, theirs]) => theirs.length < 5).length,
  }

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
    events_per_minute: groups(arrived, (at) => `${timeOf(at).slice(0, 'yyyy-mm-dd hh:mm'.length)}:00`).map(
      ([[minute], all]) => ({ minute, events: all.length }),
    ),
    user_returns: returnsOf(byUser.map(([, theirs]) => theirs.map(({ occurredAt }) => dayOf(occurredAt)))).map(
      ({ count, ...days }) => ({ ...days, users: count }),
    ),
    daily_values: groups(ratings, (one) => `${dayOf(one.occurredAt)}\n${one.value}`).map(([[day, value], theirs]) => ({
      ...{ day, value: Number(value), ratings: theirs.length },
    })),
    scale_values: Array.from({ length: 10 }, (_, n) => ({ value: (n + 1) / 2 })),
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
    item_years: groups(ratings, (one) => `${dayOf(one.occurredAt).slice(0, 4)}-01-01\n${one.itemId}`).map(
      ([[year, item_id], theirs]) => ({
        ...{ year, item_id, ratings: theirs.length, positives: likes(theirs), value_sum: values(theirs) },
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
        split_ratings: sum(theirs, ({ itemId }) => 1 / genresOf(itemId).length),
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
    totals: [totals],
    sparsity: [
      {
        ...totals,
        density: ratings.length / (byUser.length * byItem.length),
        ratings_a_user: ratings.length / byUser.length,
        ratings_an_item: anItem,
      },
    ],
    item_popularity: itemStats.map(({ item_id, ratings, popularity_percent: percent, popularity_group }) => ({
      ...{ item_id, ratings, percent, popularity_group },
    })),
    long_tail: longTail,
    ...recomputeServing(known, itemStats),
  }
}
