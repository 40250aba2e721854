import { LRUCache } from 'lru-cache'
import type { UserState } from '../infra/user-state/port.ts'
import { createAskedBefore } from './asked-before.ts'
import { type WritableList, type WrittenList, writeList } from './written-list.ts'

/** Characters of all answers that are kept. Those of whoever asked longest ago go first. */
const MAX_LENGTH = 64 << 20
const MAX_ANSWERS_A_USER = 8
/** Longer ones are made anew each time: a few of them would fill the memory. */
const MAX_ANSWER_LENGTH = 64 << 10
/** Whatever else may go by unheard, nothing is told for longer. */
const MAX_AGE_MS = 5 * 60_000
/** Of an empty list, too, its address and its place in the cache take room. */
const OVERHEAD = 500

/** What lists are made of beside their user; a list changes when it does. */
export interface Version {
  /** Of the model, and of what is told of items. */
  readonly model: string
  /** Of what is counted from the stream, of which lists are made that are nobody's own. */
  readonly stream: number
}

interface Entry {
  readonly list: WrittenList
  readonly model: string
  readonly madeAt: number
}

/** Answers to one user, by address. The one that was made last stands last. */
type Answers = Map<string, Entry>

/**
 * Answers about users by the address that asked, until the user changes (in any process), or the model does. Lists that go by the
 * stream are not kept: they change with anybody's rating, and are quickly made.
 *
 * An answer is kept from the second time on that its address asks: most ask once, and what is kept in vain the garbage collector
 * pays for. At 2,000 new addresses a second it stopped the process for 30 to 60 ms every few seconds.
 */
export function createAnswerCache(state: Pick<UserState, 'changes'>, version: () => Version, maxLength = MAX_LENGTH) {
  // Not a Map that is deleted from and set again: of 20,000 users that took V8 50 µs.
  const users = new LRUCache<string, Answers>({ maxSize: maxLength, sizeCalculation: lengthOf })
  /** Of whom answers are being made; those that began since the user last changed share one. */
  const underWay = new Map<string, { answers: number }>()
  const wasAskedBefore = createAskedBefore()
  /** Nobody would say when what is kept has changed. */
  let isDeaf = false
  const stop = state.changes((change) => {
    if (change.type === 'user') drop(change.userId)
    else if (change.type === 'deaf' || change.type === 'gap') {
      isDeaf = change.type === 'deaf'
      dropAll()
    }
  })

  /** What is kept of the user, and what is being made now. */
  function drop(userId: string): void {
    underWay.delete(userId)
    users.delete(userId)
  }

  function dropAll(): void {
    underWay.clear()
    users.clear()
  }

  function keep(userId: string, url: string, entry: Entry): void {
    // A new map: the cache weighs what is set anew.
    const answers: Answers = new Map(users.peek(userId))
    answers.delete(url)
    answers.set(url, entry)
    if (answers.size > MAX_ANSWERS_A_USER) answers.delete(answers.keys().next().value as string)
    users.set(userId, answers)
  }

  return {
    find(userId: string, url: string): WrittenList | undefined {
      const entry = users.get(userId)?.get(url)
      if (!entry || performance.now() - entry.madeAt > MAX_AGE_MS || entry.model !== version().model) return undefined
      return entry.list
    },

    /**
     * Keeps what is made, if it was asked for before, unless the user or the model changed meanwhile.
     * @param make  reads of the user only once it is called
     * @param before  as of `writeList`
     */
    async make(userId: string, url: string, make: () => Promise<WritableList>, before = 0): Promise<WrittenList> {
      const isWanted = wasAskedBefore(url)
      const { model } = version()
      const mine = underWay.get(userId) ?? { answers: 0 }
      underWay.set(userId, mine)
      mine.answers++
      try {
        const made = await make()
        const list = writeList(made, before)
        // Dropped meanwhile: this may be the list from before.
        const isCurrent = underWay.get(userId) === mine
        const isKept = isWanted && isCurrent && !isDeaf && !list.isStale && !goesByStream(made)
        if (isKept && list.length <= MAX_ANSWER_LENGTH) keep(userId, url, { list, model, madeAt: performance.now() })
        return list
      } finally {
        mine.answers--
        if (mine.answers === 0 && underWay.get(userId) === mine) underWay.delete(userId)
      }
    },

    drop,
    close: stop,
  }
}

function lengthOf(answers: Answers): number {
  let length = 0
  for (const [url, { list }] of answers) length += url.length + list.length + OVERHEAD
  return length
}

/** Whether a list is nobody's own, but goes by what is counted from the stream; or has nothing, where the stream may have something soon. */
export const goesByStream = ({ strategy, items }: Pick<WritableList, 'strategy' | 'items'>): boolean =>
  items.length === 0 || (strategy !== 'fold-in' && strategy !== 'similar')
