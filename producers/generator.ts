import { createHash } from 'node:crypto'
import type { Item, RatingEvent } from '../models/events/types.ts'
import { normal, type Random, seededRandom } from '../models/linalg/random.ts'
import { type Chunk, type Dataset, type Line, type Places, START } from './datasets/dataset.ts'
import { ratingEventId } from './datasets/event-id.ts'
import { titles } from './titles.ts'

export interface GeneratorOptions {
  readonly seed?: number
  readonly users?: number
  readonly items?: number
  /** Of a user, on average; half of the users have less than three quarters of it. */
  readonly ratingsPerUser?: number
  /** ms since 1970: no rating is earlier, or later. */
  readonly startsAt?: number
  readonly endsAt?: number
  /** ms: so long at most a user goes on rating, half of it on average. */
  readonly staysFor?: number
}

const NAME = 'generated'
const DAY_MS = 86_400_000
const PERIOD_MS = 730 * DAY_MS
const CHUNK_LINES = 5_000
/** Taste clusters, by popularity. Films of a cluster share its first genre; users favour two clusters. */
const GENRES =
  'Drama Comedy Action Thriller Romance Crime Sci-Fi Fantasy Animation Horror Mystery War Documentary Musical Western'.split(
    ' ',
  )
/** 1: all clusters are equally popular. */
const CLUSTER_SKEW = 1.5
/** Popularity of the r-th film of a cluster is (r + 1)^−1, r from 0: few are seen by most, most by few. */
const RANK_SHIFT = 1
/** How often a user draws from the favourite cluster, the second, or any. */
const FAVOURITE = 0.45
const SECOND = 0.75

/**
 * A made-up catalogue and its ratings, the same for the same options: long-tailed popularity, users with tastes, half-star
 * values. Something to look at where there is no data; no figure measured on it says anything of real users.
 */
export function generateDataset({
  seed = 1,
  users = 1_000,
  items = 1_500,
  ratingsPerUser = 60,
  endsAt = Date.UTC(2026, 0, 1),
  startsAt,
  staysFor,
}: GeneratorOptions = {}): Dataset {
  const catalogue = generateItems(seededRandom(seed), items, endsAt)
  // What is not given is left out, so that folders that were filled before it could be know theirs again.
  const identity = JSON.stringify({ seed, users, items, ratingsPerUser, endsAt, startsAt, staysFor })
  const drawn = {
    users,
    ratingsPerUser,
    seed,
    endsAt,
    startsAt: startsAt ?? endsAt - PERIOD_MS,
    staysFor: staysFor ?? PERIOD_MS,
  }
  // A made-up dataset has no bytes; a line counts as one, and the number of ratings is not known before they are drawn.
  return {
    name: NAME,
    path: NAME,
    scale: { min: 0.5, max: 5, positiveFrom: 4 },
    passedOver: [],
    fingerprint: createHash('sha256').update(identity).digest('hex'),
    bytes: items + users * ratingsPerUser,
    items: (from) =>
      chunks(
        'items',
        catalogue.map(({ item }) => item),
        from,
      ),
    ratings: (from) => chunks('ratings', generateRatings(catalogue, drawn), from),
  }
}

interface GeneratedItem {
  readonly item: Item
  /** Added to every value it is given. */
  readonly quality: number
}

function generateItems(random: Random, count: number, endsAt: number): GeneratedItem[] {
  const nextTitle = titles(random)
  const lastYear = new Date(endsAt).getUTCFullYear() - 1
  return Array.from({ length: count }, (_, index) => {
    const genres = [GENRES[index % GENRES.length] as string]
    while (random() < 0.4) genres.push(GENRES[Math.floor(random() * GENRES.length)] as string)
    const item: Item = {
      type: 'item',
      itemId: String(index + 1),
      title: nextTitle(),
      genres: [...new Set(genres)],
      // Most films of a catalogue are recent ones.
      year: lastYear - Math.floor(60 * random() ** 2),
      poster: null,
      available: true,
      attributes: {},
      updatedAt: endsAt,
    }
    return { item, quality: 0.5 * normal(random) }
  })
}

function* generateRatings(
  catalogue: readonly GeneratedItem[],
  { users, ratingsPerUser, seed, startsAt, endsAt, staysFor }: Required<Omit<GeneratorOptions, 'items'>>,
): Generator<RatingEvent> {
  const clusters = GENRES.map((_, cluster) => catalogue.filter((_, index) => index % GENRES.length === cluster))
  for (let user = 1; user <= users; user++) {
    // A stream of draws for each user: more users change nothing about those before.
    const random = seededRandom(seed + user * 0x9e3779b1)
    const drawCluster = (): number => Math.floor(clusters.length * random() ** CLUSTER_SKEW)
    const tastes = [drawCluster(), drawCluster()] as const
    const bias = 0.4 * normal(random)
    // Log-normal activity with median .75 of the mean: σ² = 2 ln(1 / .75).
    const activity = 0.75 * ratingsPerUser * Math.exp(0.76 * normal(random))
    const wanted = Math.min(Math.max(5, Math.round(activity)), Math.floor(catalogue.length / 3))
    let occurredAt = endsAt - Math.floor((endsAt - startsAt) * random())
    const pace = Math.min(endsAt - occurredAt, staysFor) / wanted

    const seen = new Set<GeneratedItem>()
    for (let draws = 0; seen.size < wanted && draws < 20 * wanted; draws++) {
      const which = random()
      const cluster = which < FAVOURITE ? tastes[0] : which < SECOND ? tastes[1] : drawCluster()
      const film = drawByRank(clusters[cluster] ?? [], random)
      if (film === undefined || seen.has(film)) continue
      seen.add(film)
      const liking = cluster === tastes[0] ? 0.8 : cluster === tastes[1] ? 0.4 : -0.7
      const value = 3.3 + bias + film.quality + liking + 0.5 * normal(random)
      occurredAt += Math.floor(pace * random())
      yield ratingOf(String(user), film.item.itemId, Math.min(5, Math.max(0.5, Math.round(2 * value) / 2)), occurredAt)
    }
  }
}

/** Rank r with probability near to 1 / (r + shift), by inverting its integral ln((r + shift) / shift). */
function drawByRank<T>(ranked: readonly T[], random: Random): T | undefined {
  const rank = RANK_SHIFT * (((ranked.length + RANK_SHIFT) / RANK_SHIFT) ** random() - 1)
  return ranked[Math.floor(rank)]
}

function ratingOf(userId: string, itemId: string, value: number, occurredAt: number): RatingEvent {
  const eventId = ratingEventId(NAME, userId, itemId, occurredAt)
  return { type: 'rating', eventId, userId, itemId, value, occurredAt, recommendationId: null }
}

/** What was made already is made again and dropped: it costs next to nothing. */
async function* chunks<T>(file: string, values: Iterable<T>, from: Places = {}): AsyncGenerator<Chunk<T>> {
  const start = (from[file] ?? START).lines
  let line = 0
  let lines: Line<T>[] = []
  for (const value of values) {
    line += 1
    if (line > start) lines.push({ line, text: '', value })
    if (lines.length < CHUNK_LINES) continue
    yield { file, lines, end: { lines: line, bytes: line } }
    lines = []
  }
  if (lines.length > 0) yield { file, lines, end: { lines: line, bytes: line } }
}
