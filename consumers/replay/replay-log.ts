import type { EventLog, LogRecord, Topic } from '../../infra/event-log/port.ts'
import { readTopic } from '../../infra/event-log/read-topic.ts'
import type { Consumer } from '../consume.ts'

/**
 * Records of a partition that the consumer gets at once. The more there are, the more events of a user come together, and the less
 * often that user is solved and written; eight partitions of so many are some 500 MB.
 */
const SLICE_RECORDS = 150_000

/**
 * Lets a consumer have its effect on all that stands on its topics, from where its store stands: an emptied one is filled anew. It
 * is the consumer of every day, on larger slices, so that the store is sound after each of them: broken off, it can be run again,
 * or the consumer itself goes on from there. Nobody joins a group, and nothing is committed: the store shows how far it has come.
 *
 * @param report  takes how many records of how many have had their effect
 * @throws what the effect throws: nothing is tried again
 */
export async function replayLog(
  log: EventLog,
  consumer: Consumer,
  report: (done: number, total: number) => void,
  sliceRecords = SLICE_RECORDS,
): Promise<void> {
  const ends = new Map<Topic, readonly number[]>()
  for (const topic of consumer.topics) ends.set(topic, await log.ends(topic))
  const total = [...ends.values()].flat().reduce((sum, end) => sum + end, 0)
  let done = 0
  for (const [topic, { length: partitions }] of ends) {
    const starts: number[] = []
    for (let partition = 0; partition < partitions; partition++)
      starts.push((await consumer.resumeAt(topic, partition)) ?? 0)
    const waiting = starts.map((): LogRecord[] => [])
    /** One effect at a time, as the store's transactions are; the others' records wait in the log. */
    let turn = Promise.resolve()

    const haveEffect = (partition: number): Promise<void> => {
      const records = waiting[partition] ?? []
      waiting[partition] = []
      turn = turn.then(async () => {
        if (records.length > 0) await consumer.effect([{ topic, partition, records }])
        done += records.length
        report(done, total)
      })
      return turn
    }

    await readTopic(log, topic, async (records) => {
      for (const record of records) {
        if (record.offset < (starts[record.partition] ?? 0)) continue
        const slice = waiting[record.partition] as LogRecord[]
        slice.push(record)
        if (slice.length >= sliceRecords) await haveEffect(record.partition)
      }
    })
    for (let partition = 0; partition < partitions; partition++) await haveEffect(partition)
  }
}
