import type { Position } from '../infra/event-log/port.ts'
import type { Gateway } from './context.ts'

/** How long a write waits until this process has read it back from the log. */
export const CATALOGUE_WAIT_MS = 1_000

/**
 * For what was written of items: waits a moment until this process has it from the log, so that the next request here sees it, and
 * gives the token by which any process can be asked to show it.
 */
export const createReceipts =
  ({ publisher, catalogue }: Pick<Gateway, 'publisher' | 'catalogue'>) =>
  async (positions: readonly Position[]): Promise<{ token: string }> => {
    // Of one partition the last is there after all others.
    const last = new Map(positions.map((position) => [position.partition, position]))
    await Promise.all([...last.values()].map((position) => catalogue.reached(position, CATALOGUE_WAIT_MS)))
    return { token: publisher.itemsToken(positions) }
  }
