import { shuffle } from '../shuffle.ts'
import { HISTORY, TRAINING } from '../split.ts'
import { entriesOf, holdOut } from './per-user-holdout.ts'
import type { Protocol } from './protocol.ts'

/** One user in so many of those who can be asked for is held out. */
const PARTS = 5
/** Who has fewer positives has nothing to hold out a fifth of; they are trained on. */
const MIN_POSITIVES = 5

/**
 * A fifth of the users is held out (Liang et al. 2018): models are fitted without them, know four fifths of their positives when
 * they recommend, and are asked for the rest.
 *
 * @param withLow  holds a fifth of their ratings below the threshold out too
 */
export function strongGeneralisation({ withLow }: { readonly withLow: boolean }): Protocol {
  return {
    mark(table, usable, seed) {
      const marks = usable.slice()
      const rows = Int32Array.from({ length: table.rows }, (_, row) => row)
      const eligible = rows.filter((row) => entriesOf(table, usable, row).positives.length >= MIN_POSITIVES)
      for (const row of shuffle(eligible, seed, 'users').subarray(0, Math.ceil(eligible.length / PARTS))) {
        const { positives, low } = entriesOf(table, usable, row)
        for (const e of [...positives, ...low]) marks[e] = HISTORY
        holdOut(table, row, withLow ? [positives, low] : [positives], seed, marks)
      }
      return marks
    },
    catalogue: [TRAINING],
  }
}
