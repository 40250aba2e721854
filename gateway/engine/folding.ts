import { setImmediate as yieldToRequests } from 'node:timers/promises'
import type { Logger } from '../../infra/logging.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import { type ItemRater, prepareItemFoldIn, typicalPositives } from '../../models/als/new-item.ts'
import { weightInHistory } from '../../models/als/observations.ts'
import { createWorkspace } from '../../models/linalg/workspace.ts'
import type { Rater } from '../../models/ranking/types.ts'
import type { Overlay } from './overlay.ts'
import { vectorIn } from './profiles.ts'
import type { Rankings } from './rankings.ts'
import type { ServedGeneration } from './serving.ts'
import { createSolvingQueue } from './solving-queue.ts'
import { createWaitingItems } from './waiting-items.ts'

/** An item is folded in from so many raters on. */
const MIN_RATERS = 3
/** Raters read before requests are let in. */
const STEP_RATERS = 25

interface Parts {
  readonly state: Pick<UserState, 'readMany' | 'changes'>
  readonly rankings: Pick<Rankings, 'statisticsOf'>
  readonly logger: Logger
  /** Where items are put that were folded in. */
  readonly folded: Overlay
  /** Aborted: nothing more is folded in. To be aborted before this is closed. */
  readonly signal: AbortSignal
}

export interface Folding {
  /** Something of the item changed. It is folded in soon, or no longer. */
  consider(itemId: string): void
  close(): void
}

/**
 * Folds in items from their raters, one after the other. Where a generation knows nothing of any of them, as of people who came
 * together with the item, it waits until one of them changes.
 */
export function foldInFromRaters(
  served: Pick<ServedGeneration, 'generation' | 'foldIn'>,
  { state, rankings, logger, folded, signal }: Parts,
): Folding {
  const { generation } = served
  const workspace = createWorkspace()
  const solve = prepareItemFoldIn(workspace, generation, typicalPositives(generation.positives))
  const waiting = createWaitingItems()
  const queue = createSolvingQueue({
    solve: foldIn,
    ratersOf: (itemId) => ratersOf(itemId).length,
    isSolved: folded.has,
    logger,
    signal,
  })

  const ratersOf = (itemId: string): readonly Rater[] => rankings.statisticsOf(itemId)?.raters ?? []
  const hasEnough = (itemId: string): boolean => ratersOf(itemId).length >= MIN_RATERS

  /** @returns whether all raters were found: statistics are written before the users of a batch */
  async function foldIn(itemId: string): Promise<boolean> {
    if (!hasEnough(itemId)) return true
    const userIds = ratersOf(itemId).map(({ userId }) => userId)
    // Before they are read: who changes meanwhile may be read as they were. It waits on where reading fails, too.
    if (!folded.has(itemId)) waiting.add(itemId, userIds)
    const found: ItemRater[] = []
    let missing = 0
    for (let from = 0; from < userIds.length; from += STEP_RATERS) {
      const records = await state.readMany(userIds.slice(from, from + STEP_RATERS))
      // Its memory may be another generation's by now.
      if (signal.aborted) return true
      for (const record of records) {
        const vector = record && vectorIn(served, record)
        if (vector) found.push({ vector, weight: weightInHistory(record.history, itemId, generation.hyperParameters) })
        if (!record) missing++
      }
      await yieldToRequests()
    }
    // One of them may have withdrawn meanwhile.
    if (found.length > 0 && hasEnough(itemId) && !signal.aborted) {
      folded.put(itemId, solve(found), userIds.length)
      waiting.remove(itemId)
    }
    return missing === 0
  }

  const stopListening = state.changes((change) => {
    if (change.type === 'user') for (const itemId of waiting.waitingFor(change.userId)) queue.add(itemId)
    else if (change.type === 'gap') for (const itemId of waiting.all()) queue.add(itemId)
  })

  return {
    consider(itemId) {
      if (hasEnough(itemId)) return queue.add(itemId)
      queue.remove(itemId)
      waiting.remove(itemId)
      folded.remove(itemId)
    },
    close() {
      stopListening()
      workspace.dispose()
    },
  }
}
