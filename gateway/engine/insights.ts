import { setImmediate as yieldToRequests } from 'node:timers/promises'
import type { EventLog } from '../../infra/event-log/port.ts'
import { inSlices } from '../../infra/in-slices.ts'
import type { UserRecord, UserState } from '../../infra/user-state/port.ts'
import { prepareExplanation } from '../../models/als/explain.ts'
import { isPositive } from '../../models/als/observations.ts'
import type { Generation, Observations } from '../../models/als/types.ts'
import { knownItems } from '../../models/history/types.ts'
import { directionOf } from '../../models/ranking/directions.ts'
import { sortInSteps } from '../../models/ranking/sort-in-steps.ts'
import type { Catalogue } from '../catalogue.ts'
import { detailsOf, type ItemDetails } from './answers.ts'
import { type Profiles, wasSeenBy } from './profiles.ts'
import { explainTaste, type Reason, ranked, total } from './reasons.ts'
import { type ServedGeneration, type Serving, vectorOf } from './serving.ts'
import { type Taste, tasteOf } from './tastes.ts'

interface InsightParts {
  readonly log: Pick<EventLog, 'partitionOf'>
  readonly state: Pick<UserState, 'readMany'>
  readonly profiles: Profiles
  readonly serving: Serving
  readonly catalogue: Catalogue
}

export interface Paging {
  readonly skip: number
  readonly limit: number
}

/** Which ratings made a score. */
export interface Explanation {
  readonly itemId: string
  /** Σ of the contributions: what the user's list shows. */
  readonly score: number
  /** Strongest first: the part that was asked for, of `total`. */
  readonly items: (Reason & ItemDetails)[]
  readonly total: number
  /** Ratings below the threshold that moved the vector, though they contribute nothing themselves. */
  readonly dislikes: number
  readonly generation: string | null
}

export interface SimilarUser {
  readonly userId: string
  /** Cosine of the two vectors. */
  readonly score: number
}

/** So many more candidates are looked at than are wanted: those that were erased since are passed over. */
const SPARE_USERS = 10
/** Users whose records are read together, to see whether they still stand. */
const READ_AT_ONCE = 50

/** What can be told of one user: why, how surprising, and who is like them. */
export function createInsights({ log, state, profiles, serving, catalogue }: InsightParts) {
  async function tasteOfUser(userId: string) {
    const record = await profiles.recordOf(userId)
    const served = serving.current()
    const taste = served && record && tasteOf(served, { record, history: record.history }, undefined)
    return { record, served, taste }
  }

  return {
    /** @returns score 0 and no reason where the model knows nothing that the user likes, or nothing of the item */
    async explanation(userId: string, itemId: string, { skip, limit }: Paging): Promise<Explanation> {
      const { served, taste } = await tasteOfUser(userId)
      const generation = served?.generation.id ?? null
      const vector = served && vectorOf(served, itemId)
      if (!taste || !vector || !served) return { itemId, score: 0, items: [], total: 0, dislikes: 0, generation }
      const { contributions, places } = await inSlices(explained(served.generation, taste, vector))
      const { itemIds, amounts } = contributions
      const observations = taste.observations()
      return {
        itemId,
        score: total(contributions),
        items: Array.from(places.subarray(skip, skip + limit), (place) => {
          const itemId = itemIds[place] as string
          return { itemId, contribution: amounts[place] as number, ...detailsOf(catalogue, itemId) }
        }),
        total: places.length,
        dislikes: observations.columns.reduce((count, _, e) => count + (isPositive(observations, e) ? 0 : 1), 0),
        generation,
      }
    },

    /**
     * What a user likes although the model, had it not been told, would have expected it least: by the score that each liked
     * item gets from the other ratings.
     */
    async surprising(userId: string, { skip, limit }: Paging) {
      const { record, served, taste } = await tasteOfUser(userId)
      if (!taste || !served) return { items: [], generation: served?.generation.id ?? null }
      const { generation } = served
      const observations = taste.observations()
      const { scores, places } = await inSlices(surprises(generation, observations))
      const items = Array.from(places.subarray(skip, skip + limit), (e) => {
        const itemId = generation.itemIds[observations.columns[e] as number] as string
        const value = record?.history.get(itemId)?.value as number
        return { itemId, score: scores[e] as number, value, ...detailsOf(catalogue, itemId) }
      })
      return { items, generation: generation.id }
    },

    /** Users of the model's sample by the cosine of their vectors with this user's. */
    async similarUsers(userId: string, { skip, limit }: Paging) {
      const { served, taste } = await tasteOfUser(userId)
      const generation = served?.generation.id ?? null
      const direction = taste && directionOf(taste.vector)
      if (!served || !direction || skip >= served.generation.userSample.userIds.length) return { users: [], generation }
      const users: SimilarUser[] = []
      for await (const user of standing(served, direction, userId, skip + limit)) {
        users.push(user)
        if (users.length === skip + limit) break
      }
      return { users: users.slice(skip), generation }
    },
  }

  /**
   * Of an erased user the sample still holds the vector, until the next model: they are passed over, however many they are, and
   * whether or not somebody new has the id since.
   */
  async function* standing(served: ServedGeneration, direction: Float32Array, userId: string, wanted: number) {
    for (let looked = 0, count = wanted + SPARE_USERS; ; count *= 4) {
      const next = nearest(served, direction, userId, count).slice(looked)
      for (let from = 0; from < next.length; from += READ_AT_ONCE) {
        if (looked + from > 0) await yieldToRequests()
        const some = next.slice(from, from + READ_AT_ONCE)
        const records = await state.readMany(some.map((user) => user.userId))
        yield* some.filter((user, n) => isWhoWasSampled(served.generation, user, records[n]))
      }
      if (next.length < count - looked) return
      looked = count
    }
  }

  function isWhoWasSampled(generation: Generation, { userId }: SimilarUser, record: UserRecord | undefined): boolean {
    const hasRated = record !== undefined && knownItems(record.history).length > 0
    return hasRated && wasSeenBy(generation, record.history, log.partitionOf('ratings', userId))
  }
}

function* explained(generation: Generation, taste: Taste, item: Float32Array) {
  const explain = yield* explainTaste(generation, taste)
  const contributions = yield* explain(item)
  return { contributions, places: yield* ranked(contributions) }
}

/** What was liked, by its place among the observations, the least expected first. */
function* surprises(generation: Generation, observations: Observations) {
  const { leaveOneOut } = yield* prepareExplanation(generation, observations)
  const scores = yield* leaveOneOut()
  const liked = Int32Array.from(observations.columns.keys()).filter((e) => isPositive(observations, e))
  const places = yield* sortInSteps(liked, (x, y) => (scores[x] as number) - (scores[y] as number))
  return { scores, places }
}

function nearest(served: ServedGeneration, direction: Float32Array, userId: string, count: number): SimilarUser[] {
  const { userIds } = served.generation.userSample
  const users = served.users()
  const self = userIds.indexOf(userId)
  const hidden = users.bitmap()
  if (self >= 0) hidden.hide(self)
  return users.topK(direction, count, hidden).map(({ index, score }) => ({ userId: userIds[index] as string, score }))
}
