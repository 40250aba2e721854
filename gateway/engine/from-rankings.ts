import type { Generation } from '../../models/als/types.ts'
import { popularAtTraining } from '../../models/ranking/ranked-items.ts'
import { NO_ITEMS, type RankedItems } from '../../models/ranking/ranked-list.ts'
import { inBackground } from '../background.ts'
import { inRanking } from './in-ranking.ts'
import type { Ranking } from './rankings.ts'
import type { Strategy } from './request.ts'
import type { Situation } from './situation.ts'
import type { Rules, Source } from './sources.ts'

type Stream = Pick<Situation, 'served' | 'catalogue' | 'rankings'>

/** What is in a list that is there already. */
export function fromRanking(
  strategy: Strategy,
  ranking: Pick<Ranking, 'items'> | undefined,
  { served, catalogue }: Pick<Situation, 'served' | 'catalogue'>,
  rules: Rules,
): Source {
  return inRanking(strategy, ranking?.items ?? NO_ITEMS, served?.shelves ?? [], catalogue, rules)
}

/** From the stream's statistics; while there are none, from what the model knows of its items. */
export async function fromPopular(stream: Stream, rules: Rules): Promise<Source> {
  const counted = await stream.rankings.popular()
  const items = counted && counted.items.length > 0 ? counted.items : await atTraining(stream.served?.generation)
  return fromRanking('popular', { items }, stream, rules)
}

const trainingRankings = new WeakMap<Generation, Promise<RankedItems>>()

async function atTraining(generation: Generation | undefined): Promise<RankedItems> {
  if (!generation) return NO_ITEMS
  const { itemIds, indexOf, positives } = generation
  const ranking = trainingRankings.get(generation) ?? inBackground(popularAtTraining(itemIds, indexOf, positives))
  trainingRankings.set(generation, ranking)
  return ranking
}
