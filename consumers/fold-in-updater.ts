import { UnavailableError } from '../infra/errors.ts'
import { erasureRecord } from '../infra/event-log/erasures.ts'
import type { EventLog, LogRecord } from '../infra/event-log/port.ts'
import { mapInSlices } from '../infra/in-slices.ts'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import { ERASED_KEPT_MS, type PartitionOffsets, type UserRecord, type UserState } from '../infra/user-state/port.ts'
import type { Generation } from '../models/als/types.ts'
import type { Offset } from '../models/events/types.ts'
import type { History, RatingChange } from '../models/history/types.ts'
import { applyChange } from '../models/ranking/item-statistics.ts'
import type { ItemStatistics } from '../models/ranking/types.ts'
import { type Consumer, RewindError, type Slice } from './consume.ts'
import { isLive, type Learnt, type LearntEvent, type Predictions } from './predictions.ts'
import { putAside } from './put-aside.ts'
import { type Refused, readRatings } from './read-records.ts'
import { type PlacedEvent, type UserUpdate, updateUser } from './user-update.ts'

export const UPDATER_GROUP = 'foldstream-updater'

/** Who was erased meanwhile is remembered for longer than a record is held between its reading and its writing. */
const LONGEST_HELD_MS = ERASED_KEPT_MS / 2

const NOTHING: History = new Map()

interface Updater {
  readonly log: EventLog
  readonly state: UserState
  readonly generation: () => Generation | undefined
  readonly maxHistory: number
  readonly logger: Logger
  readonly metrics: Metrics
  /** Is told what was learnt; left out: nobody measures, as while a log is read again. */
  readonly predictions?: Pick<Predictions, 'offer'> | undefined
}

/**
 * Keeps every user's history and vector, and the item statistics of every partition, with the raters of new items. Order of one batch's writes: statistics with
 * `counted` (their deltas need the old ratings), then the users, then dead letters and the list of the erased, then the `applied` watermark. A kill between any
 * two is mended by reading the batch again: what is counted is not counted twice, what a user has applied is passed over.
 */
export function foldInUpdater({ log, state, generation, maxHistory, logger, metrics, predictions }: Updater): Consumer {
  /** Offsets this process brought to an end, by partition: should the store ever stand below, it has lost writes it had acknowledged. */
  const seen = new Map<number, Offset>()

  return {
    group: UPDATER_GROUP,
    topics: ['ratings'],
    maxRecords: 0,
    maxAgeMs: 0,
    // Not from the commit on the log: a state that lost writes stands before it, and what is applied need not be read again.
    resumeAt: async (_topic, partition) => (await state.offsets(partition)).applied + 1,
    revoked: (_topic, partition) => void seen.delete(partition),
    async effect(slices) {
      for (const slice of slices) await apply(slice)
    },
  }

  async function apply({ partition, records }: Slice): Promise<void> {
    const offsets = await offsetsOf(partition)
    // What is applied is written for every user, and its dead letters are put aside. Whoever comes late with it must not write
    // a user back whom an erasure has removed meanwhile.
    const open = records.filter(({ offset }) => offset > offsets.applied)
    if (open.length === 0) return
    const { byUser, refused, erased, lastLive, last } = sort(open)
    const readAt = performance.now()
    const standing = await state.readMany([...byUser.keys()])
    const updated = await mapInSlices([...byUser], ([userId, events], i) =>
      updateUser(userId, standing[i], events, generation(), maxHistory),
    )
    const updates = updated.filter((update) => update !== undefined)
    await count(
      partition,
      offsets,
      last.offset,
      updates.flatMap((update) => update.changes),
    )
    if (performance.now() - readAt > LONGEST_HELD_MS)
      throw new UnavailableError('The updater stood still for minutes: it reads the users again before it writes them.')
    await write(updates, byUser)
    await putAside('ratings', refused, { log, logger, metrics, group: UPDATER_GROUP })
    if (erased.length > 0) await log.append('erasures', erased)
    await state.advance(partition, last.offset)
    seen.set(partition, last.offset)
    // What comes from a file came long ago, and nobody waits for it.
    if (lastLive !== undefined) metrics.freshnessSeconds.observe(Math.max(0, Date.now() - lastLive) / 1000)
    predictions?.offer(learnt())

    function* learnt(): Generator<Learnt> {
      let i = 0
      for (const events of byUser.values()) {
        const record = standing[i++]
        const fresh = events.filter(({ offset }) => offset > (record?.appliedOffset ?? -1))
        yield { partition, before: record?.history ?? NOTHING, events: fresh }
      }
    }
  }

  function sort(records: readonly LogRecord[]) {
    const byUser = new Map<string, LearntEvent[]>()
    const refused: Refused[] = []
    const erased = []
    let lastLive: number | undefined
    for (const reading of readRatings(log, records)) {
      if ('reason' in reading) {
        refused.push(reading)
        continue
      }
      const { event, record } = reading
      const placed = { event, offset: record.offset, appendedAt: record.appendedAt }
      if (isLive(event, record.appendedAt)) lastLive = record.appendedAt
      if (event.type === 'user-erased') erased.push(erasureRecord(log.identity, { ...record, userId: event.userId }))
      const events = byUser.get(placed.event.userId)
      if (events) events.push(placed)
      else byUser.set(placed.event.userId, [placed])
    }
    return { byUser, refused, erased, lastLive, last: records.at(-1) as LogRecord }
  }

  /**
   * A batch's last write is that of `applied`, so that a store which lost any of them shows it there.
   * @throws RewindError when the store stands below what this process brought to an end
   */
  async function offsetsOf(partition: number): Promise<PartitionOffsets> {
    const offsets = await state.offsets(partition)
    const [standing, done] = [Math.min(offsets.counted, offsets.applied), seen.get(partition) ?? -1]
    if (standing < done)
      throw new RewindError(`partition ${partition} of the user state went back from offset ${done} to ${standing}`)
    return offsets
  }

  async function count(
    partition: number,
    read: PartitionOffsets,
    last: Offset,
    changes: readonly RatingChange[],
  ): Promise<void> {
    for (let offsets = read; offsets.counted < last; offsets = await offsetsOf(partition)) {
      const uncounted = changes.filter((change) => change.offset > offsets.counted)
      const touched = await statisticsAfter(partition, uncounted)
      if (await state.count(partition, offsets.counted, last, touched)) break
    }
  }

  async function statisticsAfter(
    partition: number,
    changes: readonly RatingChange[],
  ): Promise<Map<string, ItemStatistics>> {
    const itemIds = [...new Set(changes.map((change) => change.itemId))]
    const before = await state.readStatistics(partition, itemIds)
    const statistics = new Map(itemIds.map((itemId, i) => [itemId, before[i]]))
    const { positiveFrom } = log.identity.scale
    const model = generation()
    for (const change of changes) {
      const { itemId } = change
      // Factors of an item that the model does not know are solved from its raters; without a model there is nothing to solve in.
      const keepRaters = model !== undefined && !model.indexOf.has(itemId)
      statistics.set(itemId, applyChange(statistics.get(itemId), change, positiveFrom, keepRaters))
    }
    return statistics as Map<string, ItemStatistics>
  }

  /** Where another writer was faster, its record is the new base; one that stands below what we read has lost writes. */
  async function write(
    updates: readonly UserUpdate[],
    byUser: ReadonlyMap<string, readonly PlacedEvent[]>,
  ): Promise<void> {
    for (let open = updates; open.length > 0; ) {
      const standing = await state.writeMany(open)
      open = open.flatMap((update, i) => {
        const now: UserRecord | undefined = standing[i]
        if (now?.appliedOffset === update.next.appliedOffset) return []
        if ((now?.appliedOffset ?? -1) < (update.expectedOffset ?? -1))
          throw new RewindError(
            `the state of a user went back from offset ${update.expectedOffset} to ${now?.appliedOffset ?? 'none'}`,
          )
        return updateUser(update.userId, now, byUser.get(update.userId) ?? [], generation(), maxHistory) ?? []
      })
    }
  }
}
