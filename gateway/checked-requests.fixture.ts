import type { History, HistoryEntry } from '../models/history/types.ts'
import { dot } from '../models/linalg/dot.ts'
import { agree, checkList, checkScores, cosine, isZero, type List, near } from './checked-answers.fixture.ts'
import type { Recomputed } from './recomputed.fixture.ts'
import { draw, GENRES, genresOf, NEWCOMERS, pick, someItems, users } from './switched-world.fixture.ts'

interface Asking {
  /** GET, or POST where there is a body. The answer was 200, and its generation one that may have answered. */
  ask<T extends { generation: string | null }>(path: string, body?: unknown): Promise<T & { etag: string }>
  /** The same for what may be of any generation that ever was. */
  askHeld(path: string): Promise<List>
  /** @returns undefined: unchanged */
  askAgain(path: string, etag: string): Promise<List | undefined>
  modelOf(generation: string): Recomputed
}

/** Asks for something at random, and holds the answer against what the generation that it names makes of it. */
export function checkedRequests({ ask, askHeld, askAgain, modelOf }: Asking) {
  const counts = { unchanged: 0, newItems: 0, pages: 0, held: 0 }

  function check(list: List, history: History, limit: number, isAllowed?: (itemId: string) => boolean): void {
    if (list.generation === null) return
    const model = modelOf(list.generation)
    const asked = { vector: model.vectorOf(history), limit, history, ...(isAllowed && { isAllowed }) }
    counts.newItems += checkList(list, model, asked)
  }

  function checkItems(list: List, history: History, unknown?: number): void {
    if (list.generation === null || list.strategy !== 'fold-in') return
    const model = modelOf(list.generation)
    checkScores(list, model, model.vectorOf(history), unknown)
  }

  /** In a large generation another thread searches for so many. */
  async function long(): Promise<void> {
    const { userId, history } = pick(users)
    check(await ask(`/v1/users/${userId}/recommendations?limit=1000&exclude=${draw(1e6)}`), history, 1_000)
  }

  const requests: readonly (() => Promise<void>)[] = [
    long,

    async function unlessChanged() {
      const { userId, history } = pick(users.slice(0, 3))
      const path = `/v1/users/${userId}/recommendations`
      const { etag, ...list } = await ask<List>(path)
      check(list, history, 10)
      const again = await askAgain(path, etag)
      if (again) check(again, history, 10)
      else counts.unchanged++
    },

    async function anew() {
      const { userId, history } = pick(users)
      const limit = 1 + draw(50)
      const excluded = someItems(5)
      const query = new URLSearchParams([['limit', `${limit}`], ...excluded.map((itemId) => ['exclude', itemId])])
      const list = await ask<List>(`/v1/users/${userId}/recommendations?${query}`)
      check(list, history, limit, (itemId) => !excluded.includes(itemId))
    },

    async function ofGenre() {
      const { userId, history } = pick(users)
      const genre = pick(GENRES)
      const list = await ask<List>(`/v1/users/${userId}/recommendations?genre=${genre.toUpperCase()}`)
      check(list, history, 10, (itemId) => genresOf.get(itemId)?.includes(genre) === true)
    },

    async function filtered() {
      const { userId, history } = pick(users)
      const filter = { not: [{ field: 'genres', in: GENRES.slice(1) }] }
      const list = await ask<List>('/v1/recommendations', { userId, filter, limit: 20 })
      check(list, history, 20, (itemId) => !genresOf.get(itemId)?.some((genre) => genre !== GENRES[0]))
    },

    async function arranged() {
      const { userId, history } = pick(users)
      const boost = [{ filter: { field: 'genres', has: 'noir' }, factor: 1 }]
      checkItems(await ask('/v1/recommendations', { userId, diversity: 0.5, lessKnown: 0.5, boost }), history)
    },

    async function anonymous() {
      const ratings = someItems(12).map((itemId) => ({ itemId, value: 1 + draw(5) }))
      const history = new Map(ratings.map(({ itemId, value }) => [itemId, { itemId, value } as HistoryEntry]))
      check(await ask('/v1/recommendations', { ratings }), history, 10)
    },

    async function group() {
      const first = draw(users.length - 5)
      const members = users.slice(first, first + 2 + draw(4))
      const groupMode = pick(['average', 'leastMisery'])
      const userIds = members.map(({ userId }) => userId)
      const { generation, items, strategy } = await ask<List>('/v1/recommendations', { userIds, groupMode, limit: 20 })
      if (generation === null || strategy !== 'fold-in') return
      const model = modelOf(generation)
      const vectors = members.map(({ history }) => model.vectorOf(history)).filter((vector) => !isZero(vector))
      for (const { itemId, score } of items) {
        const possible = model.vectorsOf(itemId).map((item) => {
          const scores = vectors.map((vector) => dot(vector, item, 0))
          return groupMode === 'leastMisery' ? Math.min(...scores) : scores.reduce((x, y) => x + y) / scores.length
        })
        near(score, ...possible)
      }
    },

    async function explained() {
      const { userId, history } = pick(users)
      const list = await ask<List>(`/v1/users/${userId}/recommendations?explain=true&limit=5`)
      check(list, history, 5)
      if (list.generation === null) return
      const model = modelOf(list.generation)
      for (const { itemId, reasons = [], isNew } of list.items) {
        if (isNew) continue
        const amounts = model.contributions(history, model.vectorsOf(itemId)[0] as Float32Array)
        for (const reason of reasons) near(reason.contribution, amounts.get(reason.itemId) ?? 0)
      }
    },

    async function explanation() {
      const { userId, history } = pick(users)
      const itemId = pick([...genresOf.keys()])
      type Told = { generation: string | null; score: number; items: { contribution: number }[] }
      const told = await ask<Told>(`/v1/users/${userId}/explanations/${itemId}`)
      const sum = told.items.reduce((sum, { contribution }) => sum + contribution, 0)
      near(sum, told.score)
      if (told.generation === null || told.items.length === 0) return
      const model = modelOf(told.generation)
      near(told.score, ...model.scoresOf(model.vectorOf(history), itemId))
    },

    async function rank() {
      const { userId, history } = pick(users)
      const list = await ask<List>('/v1/rank', { userId, items: [...someItems(24), ...NEWCOMERS] })
      checkItems(list, history, 0)
      const scores = list.items.map(({ score }) => score).filter((score) => score !== 0)
      agree(
        scores.every((score, n) => n === 0 || score <= (scores[n - 1] as number)),
        scores,
      )
    },

    async function estimates() {
      const { userId, history } = pick(users)
      const query = new URLSearchParams(someItems(12).map((itemId) => ['item', itemId]))
      checkItems(await ask(`/v1/users/${userId}/estimates?${query}`), history, 0)
    },

    async function similarItems() {
      const itemId = pick([...genresOf.keys()])
      const { generation, items } = await ask<List>(`/v1/items/${itemId}/similar`)
      if (generation === null) return
      const { vectorsOf } = modelOf(generation)
      for (const one of items)
        near(one.score, ...vectorsOf(itemId).flatMap((x) => vectorsOf(one.itemId).map((y) => cosine(x, y))))
    },

    async function similarUsers() {
      const { userId, history } = pick(users)
      type Told = { generation: string | null; users: { userId: string; score: number }[] }
      const { generation, users: found } = await ask<Told>(`/v1/users/${userId}/similar`)
      if (generation === null) return
      const { vectorOf, generation: model } = modelOf(generation)
      const { userIds, factors } = model.userSample
      for (const { userId, score } of found) {
        const at = userIds.indexOf(userId) * factors.d
        near(score, cosine(vectorOf(history), factors.data.subarray(at, at + factors.d)))
      }
    },

    async function paged() {
      const { userId, history } = pick(users)
      const path = `/v1/users/${userId}/recommendations`
      const seen = new Set<string>()
      const heldIn = new Set<string | null>()
      let page: List = await ask(`${path}?limit=15`)
      for (let n = 0; ; n++) {
        checkItems(page, history)
        for (const { itemId } of page.items) agree(!seen.has(itemId), itemId, 'is there twice')
        for (const { itemId } of page.items) seen.add(itemId)
        if (page.nextPage === undefined || n === 6) break
        page = await askHeld(`${path}?page=${page.nextPage}`)
        counts.pages++
        heldIn.add(page.generation)
      }
      // All but the first are of the generation in which their list was made.
      agree(heldIn.size <= 1, [...heldIn])
      counts.held += heldIn.size
    },

    async function others() {
      await ask(
        pick([
          '/v1/items/popular',
          '/v1/items/top-rated',
          '/v1/items/trending',
          '/v1/users/nobody/recommendations',
          '/v1/users/u1/surprising',
        ]),
      )
    },
  ]

  return { counts, check, long, any: () => pick(requests)() }
}
