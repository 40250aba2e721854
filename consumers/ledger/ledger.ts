import { counted } from '../../infra/counted.ts'
import type { EventLog, Position } from '../../infra/event-log/port.ts'
import { inSlices } from '../../infra/in-slices.ts'
import type { LedgerReport } from '../../infra/ledger-report.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import type { RatingStore } from '../../infra/rating-store/port.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { Offset } from '../../models/events/types.ts'
import { hash } from '../../models/hash.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import { SINK_GROUP } from '../clickhouse-sink.ts'
import { checkDeadLetters } from './check-dead-letters.ts'
import { checkItems } from './check-items.ts'
import { createRowCheck } from './check-rows.ts'
import { createStatisticsCheck } from './check-statistics.ts'
import { createUserCheck } from './check-users.ts'
import { createVectorCheck } from './check-vectors.ts'
import { type LogReading, readLog, type UserLog } from './read-log.ts'

export interface Ledger {
  readonly log: EventLog
  readonly state: UserState
  readonly ratings: RatingStore
  readonly models: ModelStore
  readonly maxHistory: number
}

/** Events that are kept in memory at a time: more are read in several passes, of some of the users each. */
const PASS_RECORDS = 2_000_000
const MAX_TOLD = 100
const SAMPLE = 200

/**
 * Compares log, ClickHouse and user state. The log is the truth: what both stores are to hold is worked out from it anew. Nothing
 * needs to stand still meanwhile: each store is compared up to where it has come, and how far it is behind is told.
 *
 * @param report  takes the progress in words
 * @throws UnavailableError when a store does not answer
 */
export async function checkLedger(
  { log, state, ratings, models, maxHistory }: Ledger,
  report: (progress: string) => void = () => {},
): Promise<LedgerReport> {
  const began = performance.now()
  const { partitions, scale } = log.identity
  const told: string[] = []
  const tell = (fault: string): void => void (told.length < MAX_TOLD && told.push(fault))

  // In this order: what a store shows later may go beyond its watermark, and the log goes beyond all of it.
  report('reading the states of all users')
  const applied = await appliedOffsets(state, partitions)
  const watermark = await sunk(log, ratings)
  const users = await createUserCheck(state, applied, maxHistory)
  const statistics = await createStatisticsCheck(state, partitions, { positiveFrom: scale.positiveFrom, maxHistory })
  const vectors = await createVectorCheck(state, models, users.userIds(), { sample: SAMPLE, maxHistory })
  const ends = await log.ends('ratings')
  const rows = createRowCheck(ratings, watermark)

  const total = sumOf(ends)
  const passes = Math.max(1, Math.ceil(total / PASS_RECORDS))
  const unreadable: LogReading['unreadable'][number][] = []
  let records = 0
  const pass = async (n: number): Promise<LogReading> => {
    report(`reading the log, pass ${n + 1} of ${passes}, ${counted(total, 'record')}`)
    return readLog(log, ends, passes === 1 ? undefined : (userId) => hash(userId) % passes === n)
  }
  for (let n = 0; n < passes; n++) {
    const reading = await pass(n)
    records += reading.records
    unreadable.push(...reading.unreadable)
    report(`comparing ${counted(reading.users.size, 'user')}`)
    await inSlices(compareUsers(reading))
  }

  function* compareUsers({ users: logs }: LogReading): Steps<void> {
    for (const user of logs.values()) {
      rows.add(user)
      users.add(user, tell)
      statistics.add(user)
      vectors.add(user, tell)
      yield
    }
  }

  async function reread(add: (user: UserLog) => void): Promise<void> {
    for (let n = 0; n < passes; n++) for (const user of (await pass(n)).users.values()) add(user)
  }

  report('comparing ClickHouse')
  const { items, unreadable: brokenItems } = await checkItems(log, ratings, tell)
  const due = [
    ...unreadable.filter(({ partition, offset }) => offset <= (applied[partition] ?? -1)).map(inTopic('ratings')),
    ...brokenItems.map(inTopic('items')),
  ]
  const found = {
    rows: await rows.compare(reread, tell),
    users: users.end(tell),
    statistics: statistics.end(tell),
    vectors: vectors.end(),
    items,
    deadLetters: await checkDeadLetters(log, due, tell),
  }
  return {
    records,
    behind: {
      clickhouse: sumOf(ends.map((end, partition) => Math.max(0, end - (watermark[partition] ?? 0)))),
      state: sumOf(ends.map((end, partition) => Math.max(0, end - 1 - (applied[partition] ?? -1)))),
    },
    ...found,
    faults: faultsIn(found),
    told,
    seconds: (performance.now() - began) / 1000,
  }
}

const inTopic =
  (topic: 'ratings' | 'items') =>
  ({ partition, offset }: Position) => ({ topic, partition, offset })

async function appliedOffsets(state: UserState, partitions: number): Promise<Offset[]> {
  const offsets = await Promise.all(Array.from({ length: partitions }, (_, partition) => state.offsets(partition)))
  return offsets.map(({ applied }) => applied)
}

/** First offset of each partition that ClickHouse need not hold. A merge that drops the row of a repeat may lower what its table shows. */
async function sunk(log: EventLog, ratings: RatingStore): Promise<Offset[]> {
  const committed = await log.committed('ratings', SINK_GROUP)
  const shown = await ratings.watermark(log.identity.partitions)
  return shown.map((next, partition) => Math.max(next, committed[partition] ?? 0))
}

function faultsIn({
  rows,
  users,
  statistics,
  vectors,
  items,
  deadLetters,
}: Pick<LedgerReport, 'rows' | 'users' | 'statistics' | 'vectors' | 'items' | 'deadLetters'>): number {
  return (
    rows.missing +
    rows.doubled +
    rows.different +
    users.missing +
    users.extra +
    users.different +
    statistics.different +
    vectors.different +
    items.missing +
    items.different +
    deadLetters.missing
  )
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)
