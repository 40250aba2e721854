import type { ExtractSchema } from 'hono/types'
import type { Route } from './context.ts'
import { adminActivate } from './routes/admin-activate.ts'
import { adminBackUp } from './routes/admin-back-up.ts'
import { adminBackups } from './routes/admin-backups.ts'
import { adminDeadLetters } from './routes/admin-dead-letters.ts'
import { adminDropDeadLetter } from './routes/admin-drop-dead-letter.ts'
import { adminGenerations } from './routes/admin-generations.ts'
import { adminRebuilds } from './routes/admin-rebuilds.ts'
import { adminReplayDeadLetter } from './routes/admin-replay-dead-letter.ts'
import { adminStatus } from './routes/admin-status.ts'
import { adminUnpin } from './routes/admin-unpin.ts'
import { adminVerifications } from './routes/admin-verifications.ts'
import { adminVerify } from './routes/admin-verify.ts'
import { chart } from './routes/chart.ts'
import { charts } from './routes/charts.ts'
import { deleteItem } from './routes/delete-item.ts'
import { deleteRating } from './routes/delete-rating.ts'
import { deleteUser } from './routes/delete-user.ts'
import { genres } from './routes/genres.ts'
import { getErasure } from './routes/get-erasure.ts'
import { getItem } from './routes/get-item.ts'
import { listItems } from './routes/list-items.ts'
import { live } from './routes/live.ts'
import { livez } from './routes/livez.ts'
import { metrics } from './routes/metrics.ts'
import { patchItem } from './routes/patch-item.ts'
import { popularItems } from './routes/popular-items.ts'
import { postItems } from './routes/post-items.ts'
import { postRatings } from './routes/post-ratings.ts'
import { postRecommendations } from './routes/post-recommendations.ts'
import { postSimilarItems } from './routes/post-similar-items.ts'
import { putItem } from './routes/put-item.ts'
import { putRating } from './routes/put-rating.ts'
import { rank } from './routes/rank.ts'
import { readyz } from './routes/readyz.ts'
import { similarItems } from './routes/similar-items.ts'
import { similarUsers } from './routes/similar-users.ts'
import { topRatedItems } from './routes/top-rated-items.ts'
import { trendingItems } from './routes/trending-items.ts'
import { userEstimates } from './routes/user-estimates.ts'
import { userExplanation } from './routes/user-explanation.ts'
import { userRatings } from './routes/user-ratings.ts'
import { userRecommendations } from './routes/user-recommendations.ts'
import { userStream } from './routes/user-stream.ts'
import { userSurprising } from './routes/user-surprising.ts'

/**
 * Every route by its name, which is its `operationId`, in the order of the reference. `/v1/items/popular` stands before the item
 * ids: it is none.
 */
export const routes = {
  postRatings,
  putRating,
  deleteRating,
  userRecommendations,
  userStream,
  postRecommendations,
  rank,
  userEstimates,
  popularItems,
  trendingItems,
  topRatedItems,
  similarItems,
  postSimilarItems,
  similarUsers,
  userRatings,
  userExplanation,
  userSurprising,
  deleteUser,
  getErasure,
  postItems,
  putItem,
  patchItem,
  getItem,
  listItems,
  genres,
  deleteItem,
  charts,
  chart,
  live,
  adminStatus,
  adminRebuilds,
  adminGenerations,
  adminActivate,
  adminUnpin,
  adminDeadLetters,
  adminReplayDeadLetter,
  adminDropDeadLetter,
  adminVerify,
  adminVerifications,
  adminBackUp,
  adminBackups,
  livez,
  readyz,
  metrics,
} as const satisfies Readonly<Record<string, Route>>

export type OperationId = keyof typeof routes

/** The paths of the whole API, with what each takes and answers. */
export type Api = ExtractSchema<ReturnType<(typeof routes)[OperationId]>>
