import type { EventLog } from '../../infra/event-log/port.ts'
import { readTopic } from '../../infra/event-log/read-topic.ts'
import type { DeadLetterFaults } from '../../infra/ledger-report.ts'
import type { Offset } from '../../models/events/types.ts'

/** Whether every record that is no event was put aside, once the updater has passed it. */
export async function checkDeadLetters(
  log: EventLog,
  unreadable: readonly { readonly partition: number; readonly offset: Offset }[],
  applied: readonly Offset[],
  tell: (fault: string) => void,
): Promise<DeadLetterFaults> {
  const due = unreadable.filter(({ partition, offset }) => offset <= (applied[partition] ?? -1))
  const faults = { checked: due.length, missing: 0 }
  if (due.length === 0) return faults
  const putAside = new Set<string>()
  await readTopic(log, 'ratings.dead-letter', (records) => {
    for (const { headers } of records)
      if (headers.topic === 'ratings') putAside.add(`${headers.partition}/${headers.offset}`)
  })
  for (const { partition, offset } of due) {
    if (putAside.has(`${partition}/${offset}`)) continue
    faults.missing++
    tell(`dead letters: partition ${partition}, offset ${offset}: the record is no event, and was not put aside`)
  }
  return faults
}
