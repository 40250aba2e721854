import type {
  Batch,
  EventLog,
  LogRecord,
  NewRecord,
  Position,
  Subscription,
  Topic,
} from '../../infra/event-log/port.ts'
import { partitionOf } from '../../models/events/partition.ts'
import type { Offset } from '../../models/events/types.ts'
import { STARS } from '../events.fixture.ts'
import type { Process } from './process.fixture.ts'
import type { Schedule } from './schedule.fixture.ts'

export const PARTITIONS = 2
const TOPICS: Readonly<Partial<Record<Topic, number>>> = { ratings: PARTITIONS }
const countOf = (topic: Topic): number => TOPICS[topic] ?? 1
const MAX_BATCH = 6

/** One who has a partition until somebody else has it. */
interface Assignment {
  readonly member: Member
  isStale: boolean
}

interface Member {
  readonly process: Process
  readonly subscription: Subscription
}

/** Told of what is committed of topic `ratings`. */
type Committed = (group: string, partition: number, next: Offset) => void

/** What is on the log, who reads it, and how far each group has come. */
export function createSimulatedLog(schedule: Schedule, committedTo: Committed) {
  const records = new Map<string, LogRecord[]>()
  const members = new Map<string, Set<Member>>()
  const assigned = new Map<string, Assignment>()
  const commits = new Map<string, Offset>()
  const on = (topic: Topic, partition: number): LogRecord[] => {
    const name = `${topic}/${partition}`
    const standing = records.get(name) ?? []
    records.set(name, standing)
    return standing
  }
  const all = (topic: Topic): number[] => Array.from({ length: countOf(topic) }, (_, partition) => partition)
  const commitOf = (group: string, topic: Topic, partition: number) => commits.get(`${group}/${topic}/${partition}`)

  function append(topic: Topic, added: readonly NewRecord[]): Position[] {
    return added.map(({ key, value, headers = {} }) => {
      const partition = partitionOf(key, countOf(topic))
      const standing = on(topic, partition)
      const offset = standing.length
      standing.push({ partition, offset, appendedAt: schedule.now(), key, value, headers })
      return { partition, offset }
    })
  }

  /** Gives every partition to one of the group, perhaps to whoever has it: from then on who had it is fenced. */
  function rebalance(group: string): void {
    const present = [...(members.get(group) ?? [])]
    const topics = new Set(present.flatMap(({ subscription }) => subscription.topics))
    for (const topic of topics)
      for (const partition of all(topic)) {
        const place = `${group}/${topic}/${partition}`
        const before = assigned.get(place)
        if (before) {
          before.isStale = true
          if (!before.member.process.isDead()) before.member.subscription.revoked(topic, partition)
        }
        const member = present[schedule.below(present.length)] as Member
        const assignment = { member, isStale: false }
        assigned.set(place, assignment)
        void deliver(assignment, topic, partition)
      }
  }

  async function deliver(assignment: Assignment, topic: Topic, partition: number): Promise<void> {
    const { process, subscription } = assignment.member
    const { group } = subscription
    const isOver = (): boolean => assignment.isStale || process.isDead()
    let next = await untilItSucceeds(() => subscription.resumeAt(topic, partition), isOver)
    next ??= commitOf(group, topic, partition) ?? 0
    while (!isOver()) {
      // Some come again, as after a rebalance that nobody noticed.
      if (schedule.chance(0.1)) next = Math.max(0, next - schedule.below(4))
      const batch = on(topic, partition).slice(next, next + 1 + schedule.below(MAX_BATCH))
      const last = batch.at(-1)
      if (!last) {
        await schedule.delay(60)
        continue
      }
      await subscription.handle(asBatch(assignment, topic, partition, batch))
      next = last.offset + 1
      await schedule.delay(5)
    }
  }

  async function untilItSucceeds<T>(work: () => Promise<T>, isOver: () => boolean): Promise<T | undefined> {
    while (!isOver()) {
      try {
        return await work()
      } catch {
        await schedule.delay(50)
      }
    }
    return undefined
  }

  function asBatch(assignment: Assignment, topic: Topic, partition: number, some: LogRecord[]): Batch {
    const { process, subscription } = assignment.member
    return {
      topic,
      partition,
      records: some,
      isStale: () => assignment.isStale,
      heartbeat: async () => {},
      commit: (next) =>
        process
          .call(() => {
            // A fenced member's commit is refused.
            if (assignment.isStale) return
            if (topic === 'ratings') committedTo(subscription.group, partition, next)
            commits.set(`${subscription.group}/${topic}/${partition}`, next)
          })
          .catch(() => {}),
    }
  }

  const identity = { id: 'simulated', clusterId: undefined, partitions: PARTITIONS, scale: STARS }
  const read = {
    identity,
    partitionOf: (topic: Topic, key: string) => partitionOf(key, countOf(topic)),
    ends: async (topic: Topic) => all(topic).map((partition) => on(topic, partition).length),
    committed: async (topic: Topic, group: string) => all(topic).map((partition) => commitOf(group, topic, partition)),
    async tail(topic: Topic, deliverTo: (some: readonly LogRecord[]) => void) {
      for (const partition of all(topic)) deliverTo([...on(topic, partition)])
      return { caughtUp: Promise.resolve(), close: async () => {} }
    },
    ping: async () => {},
    close: async () => {},
  }

  return {
    append,
    rebalance,
    /** As whoever checks it sees it. */
    calm: read as unknown as EventLog,
    recordsOf: (partition: number): readonly LogRecord[] => on('ratings', partition),
    leave(process: Process): void {
      for (const [group, present] of members) {
        const mine = [...present].filter((member) => member.process === process)
        for (const member of mine) present.delete(member)
        if (mine.length > 0 && present.size > 0) rebalance(group)
      }
    },
    /** As a process sees it. */
    seenBy(process: Process): EventLog {
      return {
        ...read,
        append: (topic: Topic, added: readonly NewRecord[]) => process.call(() => append(topic, added)),
        committed: (topic: Topic, group: string) =>
          process.call(() => all(topic).map((partition) => commitOf(group, topic, partition))),
        async subscribe(subscription: Subscription) {
          const { group } = subscription
          const present = members.get(group) ?? new Set()
          members.set(group, present)
          const member = { process, subscription }
          present.add(member)
          rebalance(group)
          return {
            async close() {
              present.delete(member)
              if (present.size > 0) rebalance(group)
            },
          }
        },
      } as unknown as EventLog
    },
  }
}
