import { TREND_FLOOR } from '../../models/ranking/ranked-items.ts'
import { fromLikeness } from './from-likeness.ts'
import { fromPopularAndUnrated, fromRanking } from './from-rankings.ts'
import { fromTaste } from './from-taste.ts'
import { rulesOf, type Situation } from './situation.ts'
import type { Rules, Source } from './sources.ts'

/** Ways to answer where the taste of those who ask has nothing to say, in the order in which they are tried. */
export const FALLBACKS = ['similar', 'trending', 'popular'] as const
export type Fallback = (typeof FALLBACKS)[number]

/** So many trends make a list: with fewer, a stranger is told of what few like, and not of what most do. */
export const TRENDS_OF_A_LIST = 10

/** @returns undefined: it is no way to answer this */
type Way = (situation: Situation, rules: Rules) => Promise<Source | undefined>

const WAYS: Readonly<Record<Fallback, Way>> = {
  async similar({ served, asker: { contextItemId } }, rules) {
    return served && contextItemId !== undefined ? fromLikeness(served, [contextItemId], rules) : undefined
  },

  /** Where a part of the catalogue is asked for: everywhere else the popular items say more of a stranger. */
  async trending(situation, rules) {
    if (situation.selection.filter === undefined) return undefined
    const trend = await situation.rankings.trending('30d')
    if (!trend?.isNow) return undefined
    // Whatever is boosted: a factor makes no trend.
    const plain = await fromRanking('trending', trend, situation, { ...rules, rescoring: undefined })
    const last = (await plain.best(TRENDS_OF_A_LIST))[TRENDS_OF_A_LIST - 1]
    if (!last || last.score < TREND_FLOOR) return undefined
    return rules.rescoring ? fromRanking('trending', trend, situation, rules) : plain
  },

  popular: fromPopularAndUnrated,
}

/**
 * At least one: the taste of those who ask, where the model knows a positive of theirs; then the chain; and what is popular in any
 * case. Each is prepared only when its turn comes, since mostly the first one answers.
 */
export async function* sourcesFor(situation: Situation, chain: readonly Fallback[]): AsyncGenerator<Source, undefined> {
  const rules = rulesOf(situation)
  for (const way of new Set<Way>([fromTaste, ...chain.map((fallback) => WAYS[fallback]), WAYS.popular])) {
    const source = await way(situation, rules)
    if (source) yield source
  }
  return undefined
}

/** What scores items, whether or not it has any to list. */
export async function firstSource(situation: Situation, chain: readonly Fallback[]): Promise<Source> {
  const { value } = await sourcesFor(situation, chain).next()
  return value as Source
}
