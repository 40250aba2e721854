import type { Generation } from '../../models/als/types.ts'
import type { Ranked, Strategy } from './request.ts'
import type { ServedGeneration } from './serving.ts'
import type { Situation } from './situation.ts'
import { type AnyRanking, inRanking, type Rules, type Source } from './sources.ts'

type Stream = Pick<Situation, 'served' | 'catalogue' | 'rankings'>

/** What is in a list that is there already. */
export function fromRanking(
  strategy: Strategy,
  ranking: AnyRanking | undefined,
  { served, catalogue }: Pick<Situation, 'served' | 'catalogue'>,
  rules: Rules,
): Source {
  return inRanking(strategy, ranking ?? NO_RANKING, catalogue, isWellKnownTo(served), rules)
}

/** From the stream's statistics; while there are none, from what the model knows of its items. */
export async function fromPopular(stream: Stream, rules: Rules): Promise<Source> {
  const counted = await stream.rankings.popular()
  const ranking = counted && counted.items.length > 0 ? counted : popularAtTraining(stream.served?.generation)
  return fromRanking('popular', ranking, stream, rules)
}

const trainingRankings = new WeakMap<Generation, AnyRanking>()

function popularAtTraining(generation: Generation | undefined): AnyRanking {
  if (!generation) return NO_RANKING
  const standing = trainingRankings.get(generation)
  if (standing) return standing
  const { itemIds, positives, indexOf } = generation
  const items = itemIds
    .map((itemId, index) => ({ itemId, score: positives[index] as number }))
    .sort((x, y) => y.score - x.score)
  const ranking: AnyRanking = {
    items: asList(items),
    scoreOf: (itemId) => positives[indexOf.get(itemId) ?? -1],
  }
  trainingRankings.set(generation, ranking)
  return ranking
}

const NO_RANKING: AnyRanking = { items: asList([]), scoreOf: () => undefined }

function asList(items: readonly Ranked[]): AnyRanking['items'] {
  return {
    length: items.length,
    *values() {
      yield* items
      return undefined
    },
  }
}

/** @returns whether an item is among the most popular fifth of the model's */
function isWellKnownTo(served: ServedGeneration | undefined): (itemId: string) => boolean {
  return (itemId) => {
    const index = served?.shelf.indexOf.get(itemId)
    return served !== undefined && index !== undefined && served.shelf.isWellKnown(index)
  }
}
