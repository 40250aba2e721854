import { randomUUID } from 'node:crypto'
import { encodeEvent } from '../../models/events/codec.ts'
import { ConfigError } from '../errors.ts'
import { type Erasures, readErasures } from './erasures.ts'
import type { EventLog } from './port.ts'
import { readTopic } from './read-topic.ts'

/**
 * Erases those once more whom an older copy of a log has brought back: their erasures are on the list that the log has kept, and
 * not on that of the copy. Both lists are to be complete (findErasures).
 *
 * @param newer  the log that the copy is of, be it rewritten since
 * @returns how many there were
 * @throws ConfigError when it is another log
 */
export async function eraseAgain(copy: EventLog, newer: EventLog): Promise<number> {
  const isBack = await erasedSince(copy, newer)
  const met = new Map<string, boolean>()
  // Who only asked for lists is back as well.
  for (const topic of ['ratings', 'served'] as const)
    await readTopic(copy, topic, (records) => {
      for (const { key } of records) if (!met.has(key)) met.set(key, isBack(key))
    })
  const back = [...met].flatMap(([userId, isBack]) => (isBack ? [userId] : []))
  const occurredAt = Date.now()
  await copy.append(
    'ratings',
    back.map((key) => {
      const event = { type: 'user-erased', eventId: randomUUID(), userId: key, occurredAt } as const
      return { key, value: encodeEvent(event) }
    }),
  )
  return back.length
}

/** Whether a user was erased after the copy was made. */
async function erasedSince(copy: EventLog, newer: EventLog): Promise<(userId: string) => boolean> {
  const ids = [...newer.former.map(({ id }) => id), newer.identity.id]
  const at = ids.indexOf(copy.identity.id)
  if (at < 0)
    throw new ConfigError(
      `the list of who was erased is of event log ${newer.identity.id}, and the backup of ${copy.identity.id}. Nothing was restored. Name the data folder that the restored one replaces, or a newer backup of it.`,
    )
  const [own, ...later] = await Promise.all(ids.slice(at).map((id) => readErasures(newer, id)))
  const known = await readErasures(copy)
  return (userId) => {
    // By its own list, not by where it ends: an older copy may have gone on for a while, and come to other erasures than this one.
    const erasure = (own as Erasures).last(userId)
    if (erasure !== undefined && erasure.offset > (known.last(userId)?.offset ?? -1)) return true
    // What was listed since the log was rewritten is newer than any copy from before.
    return later.some((list) => list.last(userId) !== undefined)
  }
}
