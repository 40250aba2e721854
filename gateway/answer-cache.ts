import { hash } from 'node:crypto'
import type { UserState } from '../infra/user-state/port.ts'
import type { Strategy } from './engine/request.ts'

/**
 * Items that the answers which are kept may list together: some 35 MB of plain lists, several times that with reasons. Those of
 * whoever asked longest ago go first.
 */
const MAX_LISTED = 300_000
const MAX_ANSWERS_A_USER = 8
/** Lists of more items are made anew each time: they would fill the memory. */
const MAX_ITEMS = 100
/** What is told beside the list, such as the id of the next page, holds on for longer. */
const MAX_AGE_MS = 5 * 60_000

/** An answer, as far as caching goes. */
export interface Cacheable {
  readonly recommendationId: string
  readonly nextPage?: string | undefined
  readonly strategy: Strategy
  readonly items: readonly unknown[]
}

/** What lists are made of beside their user; a list changes when it does. */
export interface Version {
  /** Of the model, and of what is told of items. */
  readonly model: string
  /** Of what is counted from the stream, of which lists are made that are nobody's own. */
  readonly stream: number
}

export interface Kept<A> {
  readonly answer: A
  /** Of the list itself: the same in every process that makes the same list. */
  readonly etag: string
}

interface Entry<A> extends Kept<A> {
  readonly model: string
  readonly madeAt: number
}

/** Answers to one user, by address. The one that was asked for last stands last. */
interface Answers<A> {
  readonly byUrl: Map<string, Entry<A>>
  listed: number
}

/**
 * Answers about users by the address that asked, until the user changes (in any process), or the model does. Lists that go by the
 * stream are not kept: they change with anybody's rating, and are quickly made.
 */
export function createAnswerCache<A extends Cacheable>(
  state: Pick<UserState, 'changes'>,
  version: () => Version,
  maxListed = MAX_LISTED,
) {
  /** The one who asked last stands last. */
  const users = new Map<string, Answers<A>>()
  let listed = 0
  /** Of whom answers are being made; those that began since the user last changed share one. */
  const underWay = new Map<string, { answers: number }>()
  const stop = state.changes((change) => {
    if (change.type === 'user') drop(change.userId)
    else if (change.type === 'gap') dropAll()
  })

  /** What is kept of the user, and what is being made now. */
  function drop(userId: string): void {
    underWay.delete(userId)
    forget(userId)
  }

  function dropAll(): void {
    underWay.clear()
    users.clear()
    listed = 0
  }

  function forget(userId: string): void {
    listed -= users.get(userId)?.listed ?? 0
    users.delete(userId)
  }

  function forgetAnswer(answers: Answers<A>, url: string): void {
    const entry = answers.byUrl.get(url)
    if (!entry) return
    answers.byUrl.delete(url)
    answers.listed -= weightOf(entry)
    listed -= weightOf(entry)
  }

  function keep(userId: string, url: string, entry: Entry<A>): void {
    const answers = users.get(userId) ?? { byUrl: new Map(), listed: 0 }
    users.delete(userId)
    users.set(userId, answers)
    forgetAnswer(answers, url)
    answers.byUrl.set(url, entry)
    answers.listed += weightOf(entry)
    listed += weightOf(entry)
    if (answers.byUrl.size > MAX_ANSWERS_A_USER) forgetAnswer(answers, firstOf(answers.byUrl))
    while (listed > maxListed) forget(firstOf(users))
  }

  return {
    find(userId: string, url: string): Kept<A> | undefined {
      const answers = users.get(userId)
      const entry = answers?.byUrl.get(url)
      if (!answers || !entry) return undefined
      if (performance.now() - entry.madeAt > MAX_AGE_MS || entry.model !== version().model) return undefined
      users.delete(userId)
      users.set(userId, answers)
      answers.byUrl.delete(url)
      answers.byUrl.set(url, entry)
      return entry
    },

    /** Keeps what is made, unless the user or the model changed meanwhile. @param make  reads of the user only once it is called */
    async make(userId: string, url: string, make: () => Promise<A>): Promise<Kept<A>> {
      const { model } = version()
      const mine = underWay.get(userId) ?? { answers: 0 }
      underWay.set(userId, mine)
      mine.answers++
      try {
        const answer = await make()
        const kept = { answer, etag: etagOf(answer) }
        // Dropped meanwhile: this may be the list from before.
        const isCurrent = underWay.get(userId) === mine
        if (isCurrent && !goesByStream(answer.strategy) && answer.items.length <= MAX_ITEMS)
          keep(userId, url, { ...kept, model, madeAt: performance.now() })
        return kept
      } finally {
        mine.answers--
        if (mine.answers === 0 && underWay.get(userId) === mine) underWay.delete(userId)
      }
    },

    drop,
    close: stop,
  }
}

/** An empty list takes room, too. */
const weightOf = ({ answer }: Kept<Cacheable>): number => answer.items.length + 1

const firstOf = (map: ReadonlyMap<string, unknown>): string => map.keys().next().value as string

/** Whether a list is nobody's own, but goes by what is counted from the stream. */
export const goesByStream = (strategy: Strategy): boolean => strategy !== 'fold-in' && strategy !== 'similar'

/** Weak: two answers with the same list differ in what each is called, and in the id of their next page. */
export function etagOf({ recommendationId: _, nextPage: __, ...list }: Cacheable): string {
  return `W/"${hash('sha1', JSON.stringify(list), 'base64url')}"`
}

/** Whether `If-None-Match` names the tag, compared weakly (RFC 9110, 13.1.2). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  const opaque = etag.replace(/^W\//, '')
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === opaque)
}
