import { deadLetter } from '../infra/event-log/dead-letters.ts'
import type { EventLog, Topic } from '../infra/event-log/port.ts'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import type { Offset } from '../models/events/types.ts'
import { puttingAsideOnce } from './put-aside-once.ts'
import type { Refused } from './read-records.ts'

/** Told one by one, of those that are put aside together: a topic full of them must not fill the disk with lines. */
const MAX_TOLD = 10

interface Tools {
  readonly log: EventLog
  readonly logger: Logger
  readonly metrics: Metrics
  readonly group: string
}

/**
 * Puts each record aside once, of a consumer that resumes from what stands in its store: broken ones leave no row, so that they come
 * again at every start, and while the store is away.
 */
export function asidesOnce(topic: Topic, tools: Tools) {
  /** By partition, the first offset that is not put aside yet. */
  const next = new Map<number, Offset>()
  let log: Promise<EventLog> | undefined
  return {
    /** @param committed  where the group would go on; undefined: it has never committed */
    resume: (partition: number, committed: Offset | undefined): unknown => next.set(partition, committed ?? 0),
    /** @throws UnavailableError */
    async put(refused: readonly Refused[]): Promise<void> {
      const unknown = refused.filter(({ record }) => record.offset >= (next.get(record.partition) ?? 0))
      if (unknown.length === 0) return
      // Where nothing is committed, only the dead letters themselves tell which are among them.
      log ??= puttingAsideOnce(tools.log).catch((error) => {
        log = undefined
        throw error
      })
      await putAside(topic, unknown, { ...tools, log: await log })
      for (const { record } of unknown) next.set(record.partition, record.offset + 1)
    },
  }
}

/**
 * Puts records that cannot be read among the dead letters, with their bytes and the reason, and tells of them by their place: what
 * they hold may be what somebody rated.
 * @throws UnavailableError
 */
export async function putAside(
  topic: Topic,
  refused: readonly Refused[],
  { log, logger, metrics, group }: Tools,
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
