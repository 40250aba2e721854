import type { EventLog, Position } from '../../infra/event-log/port.ts'
import { readTopic } from '../../infra/event-log/read-topic.ts'
import type { DeadLetterFaults } from '../../infra/ledger-report.ts'

/** @param due  records that hold nothing for their topic, and that its consumer has passed: each belongs among the dead letters */
export async function checkDeadLetters(
  log: EventLog,
  due: readonly (Position & { readonly topic: 'ratings' | 'items' })[],
  tell: (fault: string) => void,
): Promise<DeadLetterFaults> {
  const faults = { checked: due.length, missing: 0 }
  if (due.length === 0) return faults
  const putAside = new Set<string>()
  await readTopic(log, 'ratings.dead-letter', (records) => {
    for (const { headers } of records) putAside.add(`${headers.topic}/${headers.partition}/${headers.offset}`)
  })
  for (const { topic, partition, offset } of due) {
    if (putAside.has(`${topic}/${partition}/${offset}`)) continue
    faults.missing++
    tell(`dead letters: topic ${topic}, partition ${partition}, offset ${offset}: the record was not put aside`)
  }
  return faults
}
