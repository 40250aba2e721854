import type { RatingTable } from '../rating-table.ts'
import { shuffle } from '../shuffle.ts'
import { type Marks, TEST, TRAINING, UNUSED } from '../split.ts'
import type { Protocol } from './protocol.ts'

/** Of n positives of a user, ⌊n/5⌋ are held out. */
const PARTS = 5

export interface PerUserHoldoutOptions {
  /** Users with fewer are not used at all. */
  readonly minPositives: number
  /** Holds a fifth of each user's ratings below the threshold out too: estimates are compared with values of every height. */
  readonly withLow: boolean
}

/** A fifth of every user's positives is held out. */
export function perUserHoldout({ minPositives, withLow }: PerUserHoldoutOptions): Protocol {
  return {
    mark(table, usable, seed) {
      const marks = usable.slice()
      for (let row = 0; row < table.rows; row++) {
        const { positives, low } = entriesOf(table, usable, row)
        if (positives.length < minPositives) for (const e of [...positives, ...low]) marks[e] = UNUSED
        else holdOut(table, row, withLow ? [positives, low] : [positives], seed, marks)
      }
      return marks
    },
    // An item whose positives were all held out stays one: nobody finds it.
    catalogue: [TRAINING, TEST],
    ...(minPositives > 0 && { validation: perUserHoldout({ minPositives: 0, withLow }) }),
  }
}

/** A row's usable entries, in item order. */
export function entriesOf({ starts, values, positiveFrom }: RatingTable, usable: Marks, row: number) {
  const positives: number[] = []
  const low: number[] = []
  for (let e = starts[row] as number; e < (starts[row + 1] as number); e++) {
    if (usable[e] === TRAINING) ((values[e] as number) >= positiveFrom ? positives : low).push(e)
  }
  return { positives, low }
}

/** Marks a fifth of each list TEST: the first of the list as (seed, user) shuffles it. */
export function holdOut(
  { userIds }: RatingTable,
  row: number,
  lists: readonly (readonly number[])[],
  seed: number,
  marks: Marks,
): void {
  for (const list of lists) {
    const shuffled = shuffle(Int32Array.from(list), seed, userIds[row] as string)
    for (const e of shuffled.subarray(0, Math.floor(list.length / PARTS))) marks[e] = TEST
  }
}
