import type { Marks } from '../split.ts'
import { TRAINING } from '../split.ts'
import { type PerUserHoldoutOptions, perUserHoldout } from './per-user-holdout.ts'
import type { Protocol } from './protocol.ts'

/**
 * Somebody else's division.
 *
 * @param marks       of the table
 * @param candidates  items of the table that are ranked beside the test positives, by row; left out: all
 */
export function given(
  marks: Marks,
  { withLow }: Pick<PerUserHoldoutOptions, 'withLow'>,
  candidates?: (row: number) => Int32Array | undefined,
): Protocol {
  return {
    mark: () => marks,
    catalogue: [TRAINING],
    validation: perUserHoldout({ minPositives: 0, withLow }),
    ...(candidates && { candidates }),
  }
}
