import type { HeldItem, HeldList } from '../held-list.ts'
import type { Answer, Answers } from './answers.ts'
import { type Fallback, sourcesFor } from './fallback.ts'
import type { createSituations } from './situation.ts'
import type { Source } from './sources.ts'

interface Parts extends Pick<ReturnType<typeof createSituations>, 'situationOf'> {
  readonly fallbacks: readonly Fallback[]
  readonly answers: Answers
}

type ToldList = Pick<HeldList, 'userId' | 'strategy' | 'generation' | 'explain' | 'attributes'>

/** Tells parts of lists that were made before. */
export function createShowAgain({ situationOf, fallbacks, answers }: Parts) {
  /**
   * What the list came from. By now another source may come first: its scores are of another kind, and its reasons none for these.
   * @returns undefined: nobody asked for reasons, or what had them is gone
   */
  async function explaining(list: ToldList, limit: number): Promise<Source | undefined> {
    const { userId, strategy, generation, explain } = list
    if (!explain) return undefined
    const situation = await situationOf({ userId, ...explain }, { limit, skip: 0 })
    if (situation.served?.generation.id !== generation) return undefined
    for await (const source of sourcesFor(situation, fallbacks)) if (source.strategy === strategy) return source
    return undefined
  }

  /**
   * A part of a list as it is told now; what was new to its generation may be known to this one. Items have reasons, where these are
   * asked for, as long as they make the score that is held: the ratings may be others by now.
   */
  return async (list: ToldList, listed: readonly HeldItem[]): Promise<Answer> => {
    const { strategy, generation, attributes } = list
    const source = await explaining(list, listed.length)
    const isAsHeld = ({ itemId, score }: HeldItem): boolean => source?.scoreOf(itemId) === score
    const shown = source
      ? await answers.answer(source, listed, { served: undefined, explain: isAsHeld, attributes })
      : answers.plain(strategy, listed, { served: undefined, attributes })
    const items = shown.items.map((item, n) => (listed[n]?.isNew ? { ...item, isNew: true as const } : item))
    return { ...shown, items, generation }
  }
}
