import { decodeToken } from '../models/events/token.ts'
import type { Gateway } from './context.ts'
import { createWaits } from './engine/freshness.ts'
import { invalidRequest, Problem } from './problems.ts'

/** Waits until the state of a user shows what a token stands for. */
export function createTokenReads(parts: Pick<Gateway, 'log' | 'state' | 'closing'>) {
  const { log } = parts
  const waits = createWaits(parts)

  /**
   * @returns whether it did in time; at once where the token says nothing of the user's partition
   * @throws Problem for a token of another log, or none of ours; UnavailableError when too many wait
   */
  return async function reachToken(userId: string, token: string, waitMs: number): Promise<boolean> {
    const decoded = decodeToken(token)
    if (!decoded) throw notOurs('Expected a token that a write answered')
    if (decoded.logId !== log.identity.id)
      throw new Problem('other-log', 'The token was given out for another log; nothing on this one corresponds to it.')
    const partition = log.partitionOf('ratings', userId)
    const position = decoded.positions.find((position) => position.partition === partition)
    if (position === undefined) return true
    const outcome = await waits.until(userId, position, waitMs)
    if (outcome === 'past-end') throw notOurs('Expected a token that a write answered; the log does not reach so far')
    return outcome === 'reached'
  }
}

const notOurs = (message: string): Problem => invalidRequest([{ path: 'after', message }])
