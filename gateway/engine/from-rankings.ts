import type { Generation } from '../../models/als/types.ts'
import { popularAtTraining } from '../../models/ranking/ranked-items.ts'
import { NO_ITEMS, type RankedItems } from '../../models/ranking/ranked-list.ts'
import { inBackground } from '../background.ts'
import { inRanking } from './in-ranking.ts'
import type { Ranking } from './rankings.ts'
import type { Strategy } from './request.ts'
import { WELL_KNOWN_SHARE } from './shelf.ts'
import type { Situation } from './situation.ts'
import type { Rules, Source } from './sources.ts'
import { followedBy } from './unrated.ts'

type Stream = Pick<Situation, 'served' | 'catalogue' | 'rankings' | 'unrated' | 'selection'>

/** What is in a list that is there already. */
export async function fromRanking(
  strategy: Strategy,
  ranking: Pick<Ranking, 'items'> | undefined,
  stream: Stream,
  rules: Rules,
): Promise<Source> {
  const list = ranking?.items ?? NO_ITEMS
  const isWellKnown = await wellKnownIn(list, stream)
  const { served, catalogue } = stream
  return inRanking(strategy, list, { shelves: served?.shelves ?? [], catalogue, isWellKnown }, rules)
}

/** From the stream's statistics; while there are none, from what the model knows of its items. */
export async function fromPopular(stream: Stream, rules: Rules): Promise<Source> {
  const counted = await stream.rankings.popular()
  const items = counted && counted.items.length > 0 ? counted.items : await atTraining(stream.served?.generation)
  return fromRanking('popular', { items }, stream, rules)
}

/** The same, and then what nobody rated yet: who has a new shop, or asks for what is new, is shown it all the same. */
export async function fromPopularAndUnrated(stream: Stream, rules: Rules): Promise<Source> {
  const { served, catalogue, unrated } = stream
  const facts = { shelves: served?.shelves ?? [], catalogue, isWellKnown: () => false }
  return followedBy(await fromPopular(stream, rules), async () => inRanking('popular', await unrated(), facts, rules))
}

/**
 * Which rows of a list stand for well-known items: the most liked fifth by now, whatever a model has seen of the stream.
 * @returns undefined: nobody asks, or the list is not from the stream
 */
async function wellKnownIn({ rows }: RankedItems, { selection, rankings }: Stream) {
  if (selection.lessKnown === undefined) return undefined
  const popular = (await rankings.popular())?.items
  if (popular?.rows !== rows) return undefined
  const wellKnown = Math.floor(popular.length * WELL_KNOWN_SHARE)
  return (row: number): boolean => {
    const place = popular.placeOf(row)
    return place >= 0 && place < wellKnown
  }
}

const trainingRankings = new WeakMap<Generation, Promise<RankedItems>>()

async function atTraining(generation: Generation | undefined): Promise<RankedItems> {
  if (!generation) return NO_ITEMS
  const { itemIds, indexOf, positives } = generation
  const ranking = trainingRankings.get(generation) ?? inBackground(popularAtTraining(itemIds, indexOf, positives))
  trainingRankings.set(generation, ranking)
  return ranking
}
