import type { Chart } from './chart.ts'
import { figuresByDay } from './charts/figure-courses.ts'
import { genreShares } from './charts/genres.ts'
import { bestItems, itemHistory, topItems } from './charts/items.ts'
import { figures } from './charts/key-figures.ts'
import { freshness, lag } from './charts/operation.ts'
import { coverage, funnel, modelQuality, popularityBias, upliftOfFoldIn } from './charts/serving.ts'
import { longTail, sparsity } from './charts/spread.ts'
import { fallingItems, risingItems } from './charts/trends.ts'
import { activeUsers, cohortReturn, dailyRatings, eventsPerMinute, ratingHistogram } from './charts/volume.ts'

/** In the order of a dashboard. */
export const CHARTS: readonly Chart[] = [
  figures,
  figuresByDay,
  eventsPerMinute,
  dailyRatings,
  activeUsers,
  ratingHistogram,
  sparsity,
  longTail,
  topItems,
  bestItems,
  risingItems,
  fallingItems,
  itemHistory,
  genreShares,
  cohortReturn,
  funnel,
  modelQuality,
  upliftOfFoldIn,
  coverage,
  popularityBias,
  freshness,
  lag,
]
