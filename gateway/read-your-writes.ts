import { decodeToken } from '../models/events/token.ts'
import type { Gateway } from './context.ts'
import { waitFor } from './engine/freshness.ts'
import { invalidRequest, Problem } from './problems.ts'

/**
 * Waits until the user's state shows what the token stands for.
 * @returns whether it did in time; at once where the token says nothing of the user's partition
 * @throws Problem for a token of another log, or none of ours
 */
export async function reachToken(
  { log, state, closing }: Pick<Gateway, 'log' | 'state' | 'closing'>,
  userId: string,
  token: string,
  waitMs: number,
): Promise<boolean> {
  const decoded = decodeToken(token)
  if (!decoded) throw invalidRequest([{ path: 'after', message: 'Expected a token that a write answered' }])
  if (decoded.logId !== log.identity.id)
    throw new Problem('other-log', 'The token was given out for another log; nothing on this one corresponds to it.')
  const partition = log.partitionOf('ratings', userId)
  const position = decoded.positions.find((position) => position.partition === partition)
  return position === undefined || waitFor(state, userId, position, waitMs, closing)
}
