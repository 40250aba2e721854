import { setImmediate as turn } from 'node:timers/promises'
import type { Position } from '../../infra/event-log/port.ts'
import { silent } from '../../infra/logging.ts'
import { createMetrics } from '../../infra/metrics.ts'
import type { RatingRow, RatingStore } from '../../infra/rating-store/port.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { RatingEvent, UserErased } from '../../models/events/types.ts'
import { clickhouseSink, SINK_GROUP } from '../clickhouse-sink.ts'
import { type Consumer, consume } from '../consume.ts'
import { broken, eventId, generationOf, recordOf } from '../events.fixture.ts'
import { foldInUpdater, UPDATER_GROUP } from '../fold-in-updater.ts'
import { checkLedger } from '../ledger/ledger.ts'
import { createSimulatedLog, PARTITIONS } from './log.fixture.ts'
import { createProcess, type Process } from './process.fixture.ts'
import { createSchedule, type Schedule } from './schedule.fixture.ts'
import { createSimulatedRatings, createSimulatedState } from './stores.fixture.ts'

const USERS = ['ann', 'bob', 'cid', 'dee', 'eve']
const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f']
const GENERATION = generationOf('g', ITEMS.slice(0, 5))
const MAX_HISTORY = 4
const EVENTS = 40
const TOOLS = { logger: silent, metrics: createMetrics() }
/** Steps after which a system that has nothing to do any more must have come to rest. */
const PATIENCE = 20_000
const PROCESSES = 2

type Role = 'updater' | 'sink'
const GROUPS: Readonly<Record<Role, string>> = { updater: UPDATER_GROUP, sink: SINK_GROUP }

interface Scenario {
  /** What consumes, as it is or as it must not be. */
  readonly consumer?: (role: Role, consumer: Consumer) => Consumer
  /** Of all events, how many erase a user. */
  readonly erasures?: number
  /** Of all inserts into ClickHouse, how many land late, once more. */
  readonly lateInserts?: number
}

/**
 * Two updaters and two sinks on a log of two partitions, while users rate, calls fail and come late, partitions move, and processes
 * die at any moment. In the end all goes well for a while.
 * @returns what is not as it must be, in words
 */
export async function simulate(
  seed: number,
  { consumer = (_, own) => own, erasures = 0.03, lateInserts = 0 }: Scenario = {},
) {
  const schedule = createSchedule(seed)
  const weather = { failures: 0.05, latencyMs: 10 }
  const faults: string[] = []
  /** Rows that ClickHouse must show once they are committed. */
  const due = new Map<string, RatingRow>()
  const log = createSimulatedLog(schedule, checkEffects)
  const state = createSimulatedState()
  const ratings = createSimulatedRatings(schedule)

  /** No commit before its effect. */
  function checkEffects(group: string, partition: number, next: number): void {
    const applied = state.appliedTo(partition)
    if (group === UPDATER_GROUP && applied < next - 1)
      faults.push(`${group} committed ${next} of partition ${partition}, of which it applied ${applied}`)
    if (group !== SINK_GROUP) return
    for (const row of due.values())
      if (row.partition === partition && row.offset < next && !ratings.has(row))
        faults.push(`${group} committed ${next} of partition ${partition} without ${row.offset}`)
  }

  const running: Record<Role, Process[]> = { updater: [], sink: [] }
  let started = 0

  async function start(role: Role): Promise<void> {
    const process = createProcess(`${role} ${started++}`, schedule, weather)
    running[role].push(process)
    const seen = { log: log.seenBy(process), state: state.seenBy(process) }
    const store = ratings.seenBy(process, () => schedule.chance(lateInserts))
    const own =
      role === 'updater'
        ? foldInUpdater({ ...seen, generation: () => GENERATION, maxHistory: MAX_HISTORY, ...TOOLS })
        : { ...clickhouseSink(seen.log, store, TOOLS), topics: ['ratings' as const], maxRecords: 8, maxAgeMs: 40 }
    await consume(seen.log, consumer(role, own), {
      ...TOOLS,
      clock: schedule,
      pace: (effect) => effect(),
    })
  }

  async function rate(): Promise<void> {
    for (let n = 0; n < EVENTS; n++) {
      await schedule.delay(40)
      const event = anyEvent(schedule, n, erasures)
      const [position] = log.append('ratings', [typeof event === 'string' ? broken(event) : recordOf(event)])
      if (typeof event !== 'string') note(event, position as Position)
    }
  }

  /** Of an event that comes again the first counts; of who is erased nothing is due any more. */
  function note(event: RatingEvent | UserErased, position: Position): void {
    if (event.type === 'user-erased') {
      for (const [key, row] of due) if (row.event.userId === event.userId) due.delete(key)
      return
    }
    const key = `${event.userId}/${event.itemId}/${event.eventId}`
    if (!due.has(key)) due.set(key, { ...position, event, ingestedAt: 0 })
  }

  async function trouble(): Promise<void> {
    for (let n = 0; n < 6; n++) {
      await schedule.delay(300)
      const role = schedule.chance(0.5) ? 'updater' : 'sink'
      if (schedule.chance(0.5)) {
        log.rebalance(GROUPS[role])
        continue
      }
      const victim = running[role].splice(schedule.below(PROCESSES), 1)[0] as Process
      victim.kill()
      await start(role)
      log.leave(victim)
    }
  }

  for (const role of ['updater', 'sink'] as const) for (let n = 0; n < PROCESSES; n++) await start(role)
  let isOver = false
  void Promise.all([rate(), trouble()]).then(() => {
    isOver = true
  })
  while (!isOver) await schedule.step()
  weather.failures = 0
  for (let steps = 0; !(await isAtRest()); steps++) {
    if (steps > PATIENCE) {
      faults.push('it never comes to rest')
      break
    }
    await schedule.step()
  }
  // What was on its way lands.
  const until = schedule.now() + 500
  while (schedule.now() < until) await schedule.step()
  const report = await checkLedger({
    log: log.calm,
    state: state.calm as unknown as UserState,
    ratings: ratings.calm as unknown as RatingStore,
    models: { load: async () => GENERATION } as never,
    maxHistory: MAX_HISTORY,
  })
  for (const process of Object.values(running).flat()) process.kill()
  await turn()
  return [...faults, ...report.told]

  async function isAtRest(): Promise<boolean> {
    const ends = await log.calm.ends('ratings')
    for (const group of Object.values(GROUPS)) {
      const committed = await log.calm.committed('ratings', group)
      if (ends.some((end, partition) => end > 0 && committed[partition] !== end)) return false
    }
    return Array.from({ length: PARTITIONS }, (_, partition) => state.appliedTo(partition)).every(
      (applied, partition) => applied === (ends[partition] ?? 0) - 1,
    )
  }
}

/** A rating, mostly; some come again, are withdrawn, or are none: then it is the user alone. */
function anyEvent(schedule: Schedule, n: number, erasures: number): RatingEvent | UserErased | string {
  const oneOf = <T>(all: readonly T[]): T => all[schedule.below(all.length)] as T
  const userId = oneOf(USERS)
  if (schedule.chance(0.03)) return userId
  const occurredAt = schedule.now() - schedule.below(1_000)
  if (schedule.chance(erasures)) return { type: 'user-erased', eventId: eventId(n), userId, occurredAt }
  const value = schedule.chance(0.1) ? null : 0.5 * (1 + schedule.below(10))
  const itemId = oneOf(ITEMS)
  const id = schedule.chance(0.3) ? eventId(1_000 + 10 * USERS.indexOf(userId) + ITEMS.indexOf(itemId)) : eventId(n)
  return { type: 'rating', eventId: id, userId, itemId, value, occurredAt, recommendationId: null }
}
