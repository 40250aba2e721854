import { hash } from 'node:crypto'
import { counted } from '../../infra/counted.ts'
import type { UserFaults } from '../../infra/ledger-report.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { Offset } from '../../models/events/types.ts'
import type { History } from '../../models/history/types.ts'
import { historyBefore, isErasedAfter, type UserLog } from './read-log.ts'

/** A user's state as it was found. */
interface Found {
  readonly digest: string
  readonly appliedOffset: Offset
}

/**
 * Compares every user's history with what the log makes of it. Users change meanwhile: each is compared as of the offset up to
 * which their state goes, and at least up to what every state has applied.
 *
 * @param applied  last offset of each partition that every user's state has applied, from before the call
 */
export async function createUserCheck(state: Pick<UserState, 'scan'>, applied: readonly Offset[], maxHistory: number) {
  const found = new Map<string, Found>()
  for await (const { userId, history, appliedOffset } of state.scan())
    found.set(userId, { digest: historyDigest(history), appliedOffset })
  const faults: UserFaults = { checked: 0, missing: 0, extra: 0, different: 0 }

  /** First offset of the user's partition that their state need not show. */
  const endFor = ({ userId, partition }: UserLog): Offset =>
    1 + Math.max(found.get(userId)?.appliedOffset ?? -1, applied[partition] ?? -1)

  return {
    userIds: (): readonly string[] => [...found.keys()],

    add(user: UserLog, tell: (fault: string) => void): void {
      const { userId, partition } = user
      const expected = historyBefore(user, endFor(user), maxHistory)
      const standing = found.get(userId)
      found.delete(userId)
      // Who is erased further on may be so already.
      if (!standing && (expected.size === 0 || isErasedAfter(user, applied[partition] ?? -1))) return
      faults.checked++
      const who = `state: partition ${partition}, user ${JSON.stringify(userId)}`
      if (!standing) {
        faults.missing++
        tell(`${who}: there is no state, though the log has ${counted(expected.size, 'rating')}`)
      } else if (expected.size === 0) {
        faults.extra++
        tell(`${who}: there is a state, though nothing stands on the log`)
      } else if (standing.digest !== historyDigest(expected)) {
        faults.different++
        tell(`${who}: the history up to offset ${standing.appliedOffset} is not what the log makes of it`)
      }
    },

    /** Once the log was read: of those who are left it says nothing. */
    end(tell: (fault: string) => void): UserFaults {
      for (const [userId] of found) {
        faults.checked++
        faults.extra++
        tell(`state: user ${JSON.stringify(userId)}: there is a state, though the log knows nobody of this id`)
      }
      return faults
    },
  }
}

/** Of everything that stands in it, in no order. No id holds a control character. */
function historyDigest(history: History): string {
  const entries: string[] = []
  for (const { itemId, value, occurredAt, offset, eventId, superseded } of history.values())
    entries.push(`${itemId}\t${value}\t${occurredAt}\t${offset}\t${eventId}\t${superseded.join()}`)
  return hash('md5', entries.sort().join('\n'), 'base64')
}
