import { hash } from 'node:crypto'
import type { UserState } from '../infra/user-state/port.ts'
import type { Strategy } from './engine/request.ts'

/** Users whose answers are kept, and answers of each. Whoever asked longest ago goes first. */
const MAX_USERS = 20_000
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

/** A read that is under way. What it finds is kept, unless its user changed meanwhile. */
export interface Pending<A> {
  keep(answer: A): Kept<A>
}

/**
 * Answers about users by the address that asked, until the user changes (in any process), or the model does. Lists that go by the
 * stream are not kept: they change with anybody's rating, and are quickly made.
 */
export function createAnswerCache<A extends Cacheable>(state: Pick<UserState, 'changes'>, version: () => Version) {
  /** Ordered by when they were last asked for. */
  const users = new Map<string, Map<string, Entry<A>>>()
  const stop = state.changes((change) => {
    if (change.type === 'user') users.delete(change.userId)
    else if (change.type === 'gap') users.clear()
  })

  function answersOf(userId: string): Map<string, Entry<A>> {
    const answers = users.get(userId) ?? new Map<string, Entry<A>>()
    users.delete(userId)
    users.set(userId, answers)
    if (users.size > MAX_USERS) users.delete(users.keys().next().value as string)
    return answers
  }

  return {
    find(userId: string, url: string): Kept<A> | undefined {
      const entry = users.get(userId)?.get(url)
      if (!entry || performance.now() - entry.madeAt > MAX_AGE_MS) return undefined
      return entry.model === version().model ? entry : undefined
    },

    /** To be called before anything of the user is read. */
    begin(userId: string, url: string): Pending<A> {
      const answers = answersOf(userId)
      const { model } = version()
      return {
        keep(answer) {
          const kept = { answer, etag: etagOf(answer) }
          // Dropped meanwhile: the user changed, and this may be the list from before.
          const isStale = users.get(userId) !== answers
          if (isStale || goesByStream(answer.strategy) || answer.items.length > MAX_ITEMS) return kept
          answers.delete(url)
          answers.set(url, { ...kept, model, madeAt: performance.now() })
          if (answers.size > MAX_ANSWERS_A_USER) answers.delete(answers.keys().next().value as string)
          return kept
        },
      }
    },

    close: stop,
  }
}

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
