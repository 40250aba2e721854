import type { EventLog, LogRecord, Topic } from './port.ts'

/** All that stands on a topic when this is called, from its start; what comes meanwhile may be among it. */
export async function readTopic(
  log: EventLog,
  topic: Topic,
  deliver: (records: readonly LogRecord[]) => void,
): Promise<void> {
  const tail = await log.tail(topic, deliver)
  try {
    await tail.caughtUp
  } finally {
    await tail.close()
  }
}
