import type { HeldItem, HeldList } from '../held-list.ts'
import type { Answer, Answers } from './answers.ts'
import { chooseSource, type Fallback } from './fallback.ts'
import type { createSituations } from './situation.ts'
import type { Source } from './sources.ts'

interface Parts extends Pick<ReturnType<typeof createSituations>, 'situationOf'> {
  readonly fallbacks: readonly Fallback[]
  readonly answers: Answers
}

type ToldList = Pick<HeldList, 'userId' | 'strategy' | 'generation' | 'explain'>

/** Tells parts of lists that were made before. */
export function createShowAgain({ situationOf, fallbacks, answers }: Parts) {
  /** @returns undefined: nobody asked for reasons, or the model that had them is gone */
  async function explaining({ userId, generation, explain }: ToldList, limit: number): Promise<Source | undefined> {
    if (!explain) return undefined
    const situation = await situationOf({ userId, ...explain }, { limit, skip: 0 })
    return situation.served?.generation.id === generation ? chooseSource(situation, fallbacks) : undefined
  }

  /**
   * A part of a list as it is told now; what was new to its generation may be known to this one. Items have reasons, where these are
   * asked for, as long as they make the score that is held: the ratings may be others by now.
   */
  return async (list: ToldList, listed: readonly HeldItem[]): Promise<Answer> => {
    const { strategy, generation } = list
    const source = await explaining(list, listed.length)
    const isAsHeld = ({ itemId, score }: HeldItem): boolean => source?.scoreOf(itemId) === score
    const shown = source
      ? await answers.answer({ ...source, strategy }, listed, { served: undefined, explain: isAsHeld })
      : answers.plain(strategy, listed, { served: undefined })
    const items = shown.items.map((item, n) => (listed[n]?.isNew ? { ...item, isNew: true as const } : item))
    return { ...shown, items, generation }
  }
}
