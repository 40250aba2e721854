import { deadLetter } from '../infra/event-log/dead-letters.ts'
import type { EventLog, Topic } from '../infra/event-log/port.ts'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import type { Refused } from './read-records.ts'

/** Told one by one, of those that are put aside together: a topic full of them must not fill the disk with lines. */
const MAX_TOLD = 10

/**
 * Puts records that cannot be read among the dead letters, with their bytes and the reason, and tells of them by their place: what
 * they hold may be what somebody rated.
 * @throws UnavailableError
 */
export async function putAside(
  topic: Topic,
  refused: readonly Refused[],
  { log, logger, metrics, group }: { log: EventLog; logger: Logger; metrics: Metrics; group: string },
): Promise<void> {
  if (refused.length === 0) return
  await log.append(
    'ratings.dead-letter',
    refused.map(({ record, reason }) => deadLetter(topic, record, reason)),
  )
  metrics.deadLetters.inc({ group }, refused.length)
  for (const { record, reason, eventId } of refused.slice(0, MAX_TOLD)) {
    const { partition, offset } = record
    logger.warn({ group, topic, partition, offset, eventId, reason }, 'put aside among the dead letters')
  }
  const untold = refused.length - MAX_TOLD
  if (untold > 0) logger.warn({ group, topic, records: untold }, 'more were put aside among the dead letters')
}
