import type { Offset } from '../../models/events/types.ts'
import type { Batch, EventLog, LogRecord, NewRecord, Subscription, Topic } from './port.ts'

export function record(key: string, value: string | number): NewRecord {
  return { key, value: Buffer.from(String(value)) }
}

/** `count` records of one key, with the values 0, 1, 2 … */
export function numbered(key: string, count: number): NewRecord[] {
  return Array.from({ length: count }, (_, n) => record(key, n))
}

export function text({ value }: LogRecord): string {
  return Buffer.from(value as Uint8Array).toString()
}

export const sum = (offsets: readonly Offset[]): number => offsets.reduce((total, offset) => total + offset, 0)
export const defined = <T>(values: readonly (T | undefined)[]): T[] => values.filter((value) => value !== undefined)

/** Subscribes, and keeps what it was given. */
export async function consume(log: EventLog, wanted: Partial<Subscription> & { group: string }) {
  const batches: Batch[] = []
  const records: LogRecord[] = []
  const topics: Topic[] = []
  const asked: number[] = []
  const revoked: number[] = []
  const { close } = await log.subscribe({
    topics: ['ratings'],
    ...wanted,
    resumeAt: async (topic, partition) => {
      asked.push(partition)
      return wanted.resumeAt?.(topic, partition)
    },
    revoked: (topic, partition) => {
      revoked.push(partition)
      wanted.revoked?.(topic, partition)
    },
    handle: async (batch) => {
      batches.push(batch)
      topics.push(batch.topic)
      records.push(...batch.records)
      await wanted.handle?.(batch)
    },
  })
  return { batches, records, topics, asked, revoked, close }
}

export async function follow(log: EventLog, topic: Topic) {
  const records: LogRecord[] = []
  const { caughtUp, close } = await log.tail(topic, (some) => records.push(...some))
  return { records, caughtUp, close }
}

/** All that stands on a topic now. */
export async function readAll(log: EventLog, topic: Topic): Promise<{ records: LogRecord[] }> {
  const { records, caughtUp, close } = await follow(log, topic)
  await caughtUp
  await close()
  return { records }
}
