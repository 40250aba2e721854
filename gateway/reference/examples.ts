import type { OperationId } from '../routes.ts'

/**
 * A request that shows what a route is for, on ml-latest-small. They stand in the OpenAPI document, on its page and in the README,
 * and a test asks them all. What an earlier answer tells is a variable, as in a shell.
 */
export interface Example {
  /** What it shows, where the summary of the route does not say. */
  readonly about?: string
  /** Path and query. */
  readonly url: string
  readonly body?: unknown
  /** Sent as NDJSON. */
  readonly lines?: readonly unknown[]
  readonly headers?: Readonly<Record<string, string>>
}

const EVENT_ID = '0197a3c0-5d5e-7b1a-9f00-6d1c2b3a4e5f'

/** In the order in which they can be asked. */
export const EXAMPLES: Readonly<Record<OperationId, readonly Example[]>> = {
  postRatings: [
    { url: '/v1/ratings', body: { userId: 'ann', itemId: '260', value: 5 } },
    {
      about: 'counted once, however often it is sent with this eventId',
      url: '/v1/ratings',
      body: [
        { userId: 'ann', itemId: '1210', value: 4.5, occurredAt: '2026-01-31T20:15:00+01:00', eventId: EVENT_ID },
        { userId: 'ann', itemId: '1', value: 4, occurredAt: 1769886900000 },
      ],
    },
    {
      about: 'as lines, of which those that fit are accepted',
      url: '/v1/ratings',
      lines: [
        { userId: 'bob', itemId: '260', value: 5 },
        { userId: 'bob', itemId: '1', value: 99 },
      ],
    },
  ],
  putRating: [{ url: '/v1/users/ann/ratings/1196', body: { value: 5 } }],
  deleteRating: [{ url: '/v1/users/ann/ratings/1196' }],
  userRecommendations: [
    { about: 'with the ratings that make the score', url: '/v1/users/1/recommendations?limit=1&explain=true' },
    {
      about: 'of a genre, without two items',
      url: '/v1/users/1/recommendations?limit=1&genre=drama&exclude=318&exclude=593',
    },
    {
      about: 'that shows a write: reads your own ratings',
      url: '/v1/users/ann/recommendations?limit=1&after=$TOKEN&wait=2000',
    },
  ],
  userStream: [{ url: '/v1/users/1/recommendations/stream?limit=1' }],
  postRecommendations: [
    {
      about: 'an anonymous taste',
      url: '/v1/recommendations',
      body: { ratings: [{ itemId: '260', value: 5 }], limit: 1 },
    },
    {
      about: 'a group',
      url: '/v1/recommendations',
      body: { userIds: ['1', '2'], groupMode: 'leastMisery', limit: 1 },
    },
    {
      about: 'by rules: a filter, boosts, at most one of a genre, half of it less known',
      url: '/v1/recommendations',
      body: {
        userId: '1',
        limit: 2,
        filter: { all: [{ field: 'year', gte: 1990 }, { not: [{ field: 'genres', has: 'Action' }] }] },
        boost: [{ filter: { field: 'genres', has: 'Comedy' }, factor: 2 }],
        caps: [{ field: 'genres', max: 1 }],
        lessKnown: 0.5,
      },
    },
    {
      about: 'newer ones first, unlike each other, and one at a fixed place',
      url: '/v1/recommendations',
      body: {
        userId: '1',
        limit: 2,
        decay: { field: 'year', halfLifeDays: 3650 },
        diversity: 0.3,
        pin: [{ itemId: '4993', position: 0 }],
      },
    },
  ],
  rank: [{ url: '/v1/rank', body: { userId: '1', items: ['2', '589', 'nope'] } }],
  userEstimates: [{ url: '/v1/users/1/estimates?item=589&item=2' }],
  popularItems: [{ url: '/v1/items/popular?limit=1&genre=horror' }],
  trendingItems: [{ url: '/v1/items/trending?limit=1&window=30d' }],
  topRatedItems: [{ url: '/v1/items/top-rated?limit=1' }],
  similarItems: [{ url: '/v1/items/260/similar?limit=1' }],
  postSimilarItems: [{ url: '/v1/items/similar', body: { items: ['260', '1'], limit: 1, explain: true } }],
  similarUsers: [{ url: '/v1/users/1/similar?limit=2' }],
  userRatings: [{ url: '/v1/users/1/ratings?limit=1' }],
  userExplanation: [{ url: '/v1/users/ann/explanations/1196' }],
  userSurprising: [{ url: '/v1/users/1/surprising?limit=1' }],
  deleteUser: [{ url: '/v1/users/ann' }],
  getErasure: [{ url: '/v1/erasures/$ERASURE_ID' }],
  postItems: [
    { url: '/v1/items', body: { itemId: 'new-2', title: 'Another', genres: [] } },
    {
      about: 'as lines',
      url: '/v1/items',
      lines: [
        { itemId: 'new-3', title: 'A Third', genres: ['Drama'], year: 2026 },
        { itemId: 'new-4', title: 'A Fourth', genres: ['Drama', 'War'], available: false },
      ],
    },
  ],
  putItem: [{ url: '/v1/items/new-1', body: { title: 'A New Film', genres: ['Sci-Fi'], attributes: { price: 3.5 } } }],
  patchItem: [{ url: '/v1/items/new-1', body: { available: false } }],
  getItem: [{ url: '/v1/items/260' }],
  listItems: [{ url: '/v1/items?query=amelie' }, { about: 'by their ids', url: '/v1/items?itemId=260&itemId=nope' }],
  genres: [{ url: '/v1/genres' }],
  deleteItem: [{ url: '/v1/items/new-2' }],
  charts: [{ url: '/v1/analytics/charts' }],
  chart: [
    { about: 'of all that is there', url: '/v1/analytics/charts/rating-histogram?from=1996-01-01&to=2018-12-31' },
    {
      about: 'with &format=csv as a file',
      url: '/v1/analytics/charts/top-items?from=2018-01-01&to=2018-06-30&genre=Comedy',
    },
  ],
  live: [{ url: '/v1/analytics/live' }],
  adminStatus: [{ url: '/v1/admin/status' }],
  adminRebuilds: [{ about: 'with ?force=true a worse model is served, too', url: '/v1/admin/rebuilds' }],
  adminGenerations: [{ url: '/v1/admin/generations' }],
  adminActivate: [{ url: '/v1/admin/generations/$GENERATION/activate' }],
  adminUnpin: [{ url: '/v1/admin/generations/unpin' }],
  adminDeadLetters: [{ url: '/v1/admin/dead-letters?limit=1' }],
  adminReplayDeadLetter: [{ url: '/v1/admin/dead-letters/$LETTER/replay' }],
  adminDropDeadLetter: [{ url: '/v1/admin/dead-letters/$OTHER_LETTER/drop' }],
  adminVerify: [{ url: '/v1/admin/verifications' }],
  adminVerifications: [{ url: '/v1/admin/verifications' }],
  adminBackUp: [
    {
      about: 'for `npm run backup` alone, which holds the token of the folder',
      url: '/v1/admin/backups',
      body: { directory: '/backups/today' },
      headers: { authorization: 'Bearer $(jq -r .token data/lock)' },
    },
  ],
  adminBackups: [{ url: '/v1/admin/backups' }],
  livez: [{ url: '/livez' }],
  readyz: [{ url: '/readyz' }],
  metrics: [{ url: '/metrics' }],
}
