import { TEST, TRAINING } from '../split.ts'
import { entriesOf } from './per-user-holdout.ts'
import type { Protocol } from './protocol.ts'

/**
 * Of every user with two positives the latest is held out (He et al. 2017); of several at the same time, the last in item order.
 *
 * @param candidates  items of the table that are ranked beside the one held out, by row; left out: all
 */
export function leaveOneOut(candidates?: (row: number) => Int32Array | undefined): Protocol {
  return {
    mark(table, usable) {
      const marks = usable.slice()
      for (let row = 0; row < table.rows; row++) {
        const { positives } = entriesOf(table, usable, row)
        if (positives.length < 2) continue
        const time = (e: number): number => table.times[e] as number
        marks[positives.reduce((latest, e) => (time(e) >= time(latest) ? e : latest))] = TEST
      }
      return marks
    },
    catalogue: [TRAINING, TEST],
    ...(candidates && { candidates }),
  }
}
