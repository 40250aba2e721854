import { UnavailableError } from '../../infra/errors.ts'
import type { EventLog } from '../../infra/event-log/port.ts'
import { readTopic } from '../../infra/event-log/read-topic.ts'
import type { GenerationInfo, ModelStore } from '../../infra/model-store/port.ts'
import { foldIn } from '../../models/als/fold-in.ts'
import { observe } from '../../models/als/observations.ts'
import type { Generation } from '../../models/als/types.ts'
import type { Item } from '../../models/events/types.ts'
import { type History, knownItems } from '../../models/history/types.ts'
import { createSelection, type Scored } from '../../models/ranking/selection.ts'
import { topK } from '../../models/ranking/top-k.ts'
import { readLog } from '../ledger/read-log.ts'
import { readItems } from '../read-records.ts'
import { replay } from '../user-update.ts'

export interface AsOf {
  readonly generation: string
  /** ms since 1970 */
  readonly generationCreatedAt: number
  /** It was live at the time; else it is the oldest that is kept. */
  readonly wasLive: boolean
  /** Ratings that counted at the time. */
  readonly ratings: number
  /** They were erased afterwards: what they rated before that is not looked at. */
  readonly isErasedSince: boolean
  readonly strategy: 'fold-in' | 'popular'
  /** Best first. Titles, and which items are available, are as of now: the log keeps no older ones. */
  readonly items: readonly { readonly itemId: string; readonly score: number; readonly title: string | undefined }[]
}

interface Question {
  readonly userId: string
  /** ms since 1970. What was appended to the log by then counts, whenever it occurred. */
  readonly time: number
  readonly limit: number
  readonly maxHistory: number
}

/**
 * What a user would have been recommended at a time: by the model that was live, from what the log held of them.
 * @throws UnavailableError where no model is kept
 */
export async function recommendedAsOf(
  log: EventLog,
  models: Pick<ModelStore, 'list' | 'load' | 'activations'>,
  { userId, time, limit, maxHistory }: Question,
): Promise<AsOf> {
  const { info, wasLive } = await generationAsOf(models, time)
  const generation = await models.load(info.id)
  const { history, isErasedSince } = await historyAsOf(log, userId, time, maxHistory)
  const catalogue = await catalogueNow(log)
  const known = new Set(knownItems(history))
  const { itemIds } = generation
  const isAllowed = (index: number): boolean => {
    const itemId = itemIds[index] as string
    return !known.has(itemId) && catalogue.get(itemId)?.available !== false
  }
  const vector = foldIn(generation, observe(history, generation))
  const isSolved = vector.some((value) => value !== 0)
  const ranked = isSolved
    ? topK(generation.items.factors, vector, limit, isAllowed)
    : popular(generation, limit, isAllowed)
  return {
    ...{ generation: info.id, generationCreatedAt: info.createdAt, wasLive },
    ...{ ratings: known.size, isErasedSince, strategy: isSolved ? 'fold-in' : 'popular' },
    items: ranked.map(({ index, score }) => {
      const itemId = itemIds[index] as string
      return { itemId, score, title: catalogue.get(itemId)?.title }
    }),
  }
}

/** By the notes of what was served; from before there were any, the newest that was made by then. */
async function generationAsOf(
  models: Pick<ModelStore, 'list' | 'activations'>,
  time: number,
): Promise<{ info: GenerationInfo; wasLive: boolean }> {
  const kept = await models.list()
  const oldest = kept.at(-1)
  if (!oldest)
    throw new UnavailableError('No model is kept, so that nothing can be recommended. npm run rebuild makes one.')
  const noted = (await models.activations()).findLast(({ at }) => at <= time)
  const wanted = noted?.id ?? kept.find(({ createdAt }) => createdAt <= time)?.id
  const live = kept.find(
    ({ id, standsFor = [] }) => id === wanted || (wanted !== undefined && standsFor.includes(wanted)),
  )
  return { info: live ?? oldest, wasLive: live !== undefined }
}

/** Who was erased since is somebody of whom nothing is known from before. */
async function historyAsOf(
  log: EventLog,
  userId: string,
  time: number,
  maxHistory: number,
): Promise<{ history: History; isErasedSince: boolean }> {
  const { users } = await readLog(log, await log.ends('ratings'), (key) => key === userId)
  const events = users.get(userId)?.events ?? []
  const isErasedSince = events.some(({ event, appendedAt }) => event.type === 'user-erased' && appendedAt > time)
  const then = isErasedSince ? [] : events.filter(({ appendedAt }) => appendedAt <= time)
  return { history: replay(new Map(), then, maxHistory).history, isErasedSince }
}

/** Items as they are now; of one that was deleted, that it is not available. */
async function catalogueNow(log: EventLog): Promise<ReadonlyMap<string, Pick<Item, 'available' | 'title'>>> {
  const items = new Map<string, Pick<Item, 'available' | 'title'>>()
  await readTopic(log, 'items', (records) => {
    for (const reading of readItems(records))
      if ('item' in reading) items.set(reading.record.key, reading.item ?? { available: false, title: '' })
  })
  return items
}

function popular({ positives }: Generation, limit: number, isAllowed: (index: number) => boolean): Scored[] {
  const selection = createSelection(limit)
  for (const [index, score] of positives.entries()) if (isAllowed(index)) selection.offer(index, score)
  return selection.ranked()
}
