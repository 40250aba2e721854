import { fromLikeness } from './from-likeness.ts'
import { fromPopular, fromRanking } from './from-rankings.ts'
import { fromTaste } from './from-taste.ts'
import { rulesOf, type Situation } from './situation.ts'
import type { Rules, Source } from './sources.ts'

/** Ways to answer somebody whom the model does not know, in the order in which they are tried; `popular` always answers. */
export const FALLBACKS = ['similar', 'trending', 'popular'] as const
export type Fallback = (typeof FALLBACKS)[number]

/** @returns undefined: this way has nothing to offer */
type Way = (situation: Situation, rules: Rules) => Promise<Source | undefined>

const WAYS: Readonly<Record<Fallback, Way>> = {
  async similar({ served, asker: { contextItemId } }, rules) {
    return served && contextItemId !== undefined ? fromLikeness(served, [contextItemId], rules) : undefined
  },

  /** Where a part of the catalogue is asked for: everywhere else the popular items say more of a stranger. */
  async trending(situation, rules) {
    if (situation.selection.filter === undefined) return undefined
    const source = fromRanking('trending', await situation.rankings.trending('30d'), situation, rules)
    return (await source.hasAny()) ? source : undefined
  },

  popular: fromPopular,
}

/** By the taste of those who ask, where the model knows a positive of theirs; else by the first of the chain that has something. */
export async function chooseSource(situation: Situation, chain: readonly Fallback[]): Promise<Source> {
  const rules = rulesOf(situation)
  const own = await fromTaste(situation, rules)
  if (own) return own
  for (const fallback of chain) {
    const source = await WAYS[fallback](situation, rules)
    if (source) return source
  }
  return fromPopular(situation, rules)
}
