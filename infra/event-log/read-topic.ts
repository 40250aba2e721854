import type { EventLog, LogRecord, Topic } from './port.ts'

/**
 * All that stands on a topic when this is called, from its start; what comes meanwhile may be among it.
 * @throws what `deliver` throws, after which nothing more is delivered
 */
export async function readTopic(
  log: EventLog,
  topic: Topic,
  deliver: (records: readonly LogRecord[]) => unknown,
): Promise<void> {
  const failure = Promise.withResolvers<never>()
  let hasFailed = false
  const tail = await log.tail(topic, async (records) => {
    if (hasFailed) return
    try {
      await deliver(records)
    } catch (error) {
      hasFailed = true
      failure.reject(error)
    }
  })
  try {
    await Promise.race([tail.caughtUp, failure.promise])
  } finally {
    await tail.close()
  }
}
