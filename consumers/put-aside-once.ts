import type { EventLog, NewRecord } from '../infra/event-log/port.ts'
import { readTopic } from '../infra/event-log/read-topic.ts'

/** The same log, which takes a dead letter only where it has had none of that record: a replay meets them all again. */
export async function puttingAsideOnce(log: EventLog): Promise<EventLog> {
  const known = new Set<string>()
  await readTopic(log, 'ratings.dead-letter', (records) => {
    for (const { key } of records) known.add(key)
  })
  return {
    ...log,
    async append(topic, records) {
      if (topic !== 'ratings.dead-letter') return log.append(topic, records)
      const unknown = records.filter(({ key }: NewRecord) => !known.has(key))
      return unknown.length > 0 ? log.append(topic, unknown) : []
    },
  }
}
