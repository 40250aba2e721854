import type { UserState } from '../infra/user-state/port.ts'
import { knownItems } from '../models/history/types.ts'
import type { Answer } from './engine/answers.ts'
import type { Engine } from './engine/engine.ts'
import type { Selection } from './engine/request.ts'
import { type HeldList, lastRated } from './held-list.ts'
import { listQuery, readQuery, withGenre } from './list-query.ts'
import { createPages, MAX_ID_LENGTH, MAX_PAGED, type Next, notAPage } from './pages.ts'

/** What a list for a user may be asked with. */
interface ListQuery extends Selection {
  readonly contextItemId?: string | undefined
}

export interface PagedAnswer extends Answer {
  /** Left out at the end of the list. */
  readonly nextPage?: string
}

/** A part of a list that is not its beginning. */
export interface Further {
  readonly answer: PagedAnswer
  /** How many of the list stood before it, what was passed over among them. */
  readonly before: number
}

export type UserLists = ReturnType<typeof createUserLists>

/** Lists for users, page by page. */
export function createUserLists({ engine, state }: { engine: Engine; state: Pick<UserState, 'putPage' | 'page'> }) {
  const pages = createPages(state, engine.profiles)

  const listOf = (userId: string, { contextItemId, ...selection }: ListQuery): Promise<Answer> =>
    engine.recommend({ userId, contextItemId }, selection)

  /**
   * A list from its beginning; the answer says how its next page is called.
   * @param given  the query as it came, to be read again for that page
   */
  async function first(userId: string, query: ListQuery, given: string): Promise<PagedAnswer> {
    const answer = await listOf(userId, query)
    const isLast = answer.items.length < query.limit || query.limit >= MAX_PAGED
    if (isLast) return answer
    const nextPage = pages.afterFirst(userId, given, answer.items)
    if (nextPage.length <= MAX_ID_LENGTH) return { ...answer, nextPage }
    // A long list that was asked for at length: what the id cannot carry is held at once.
    const shown = new Set(answer.items.map(({ itemId }) => itemId))
    const rest = await restOf(userId, query, (itemId) => shown.has(itemId))
    if (rest.items.length === 0) return answer
    return { ...answer, nextPage: pages.further(await pages.hold(rest), 0, query.limit) }
  }

  /** @throws Problem where the id is none, or its list is gone */
  async function next(userId: string, pageId: string): Promise<Further> {
    const found = await pages.find(userId, pageId)
    return 'query' in found ? second(userId, found) : cut(found)
  }

  async function second(
    userId: string,
    { query: given, isShown, note, held }: Extract<Next, { query: unknown }>,
  ): Promise<Further> {
    // It was a client's to change.
    const { data } = listQuery.safeParse(readQuery(given))
    if (!data) throw notAPage()
    const { limit } = data
    if (held) return cut({ ...held, position: 0, limit })
    const list = await restOf(userId, withGenre(data), isShown)
    // Where one page has all there is, nothing is held.
    const listId = list.items.length > limit ? await pages.hold(list, note) : ''
    return cut({ list, listId, position: 0, limit })
  }

  /** The list as it is now, without what was shown of it. */
  async function restOf(userId: string, query: ListQuery, isShown: (itemId: string) => boolean): Promise<HeldList> {
    const knownBy = lastRated((await engine.profiles.read(userId)).record)
    const whole = await listOf(userId, { ...query, limit: MAX_PAGED, explain: false })
    const items = whole.items
      .filter(({ itemId }) => !isShown(itemId))
      .slice(0, MAX_PAGED - query.limit)
      .map(({ itemId, score, isNew }) => ({ itemId, score, ...(isNew && { isNew }) }))
    const { strategy, generation } = whole
    const { contextItemId, includeKnown, explain, attributes, skip, limit } = query
    return {
      ...{ userId, strategy, generation, items, before: skip + limit, knownBy },
      ...(includeKnown && { includeKnown }),
      ...(explain && { explain: { contextItemId } }),
      ...(attributes && { attributes }),
    }
  }

  /** What the user has rated by now, where that is not to be listed. */
  async function knownNow({ userId, includeKnown }: HeldList): Promise<ReadonlySet<string>> {
    if (includeKnown) return new Set()
    const { record } = await engine.profiles.read(userId)
    return new Set(record && knownItems(record.history))
  }

  /** What was hidden or rated meanwhile is passed over. */
  async function cut({ list, listId, position, limit }: Extract<Next, { list: unknown }>): Promise<Further> {
    const known = await knownNow(list)
    let end = position
    const shown = []
    for (; end < list.items.length && shown.length < limit; end++) {
      const item = list.items[end]
      if (item && !engine.isHidden(item.itemId) && !known.has(item.itemId)) shown.push(item)
    }
    const answer = await engine.showAgain(list, shown)
    return {
      answer: end < list.items.length ? { ...answer, nextPage: pages.further(listId, end, limit) } : answer,
      before: (list.before ?? limit) + position,
    }
  }

  return { first, next }
}
