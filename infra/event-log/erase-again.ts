import { randomUUID } from 'node:crypto'
import { encodeEvent } from '../../models/events/codec.ts'
import type { Erasures } from './erasures.ts'
import type { EventLog } from './port.ts'
import { readTopic } from './read-topic.ts'

/**
 * Erases those once more whom an older copy of the log has brought back: their erasures are on the list that was kept, and stand
 * beyond the end of the copy. Call it before anything is added to the copy.
 *
 * @param list  of the log that the copy is of, as it was when it was replaced
 * @returns how many there were
 */
export async function eraseAgain(log: EventLog, list: Erasures): Promise<number> {
  const ends = await log.ends('ratings')
  const isBack = (userId: string): boolean => {
    const erasure = list.last(userId)
    return erasure !== undefined && erasure.offset >= (ends[erasure.partition] ?? 0)
  }
  const met = new Map<string, boolean>()
  await readTopic(log, 'ratings', (records) => {
    for (const { key } of records) if (!met.has(key)) met.set(key, isBack(key))
  })
  const back = [...met].flatMap(([userId, isBack]) => (isBack ? [userId] : []))
  const occurredAt = Date.now()
  await log.append(
    'ratings',
    back.map((key) => {
      const event = { type: 'user-erased', eventId: randomUUID(), userId: key, occurredAt } as const
      return { key, value: encodeEvent(event) }
    }),
  )
  return back.length
}
