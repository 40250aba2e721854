import type { Steps } from './layout.ts'
import type { Rows } from './ranked-list.ts'

/** Rows looked up in a step: about a millisecond. */
const STEP_ROWS = 4096

/** Which rows stand for which of some items. Every row is looked up once: none ever gets another item, but more may come. */
export interface Alignment {
  /** The item of a row; −1: it is not among these. */
  indexOf(row: number): number
  /** The row of an item; −1: it has none. To be asked after `reach`. */
  rowOf(index: number): number
  /** Rows of other items, in ascending order. To be asked after `reach`. */
  others(): Int32Array
  /** Looks up all rows that there are. */
  reach(): Steps<void>
}

/** @param indexOf  the items, by their index */
export function align(rows: Rows, indexOf: ReadonlyMap<string, number>): Alignment {
  let indices = new Int32Array(indexOf.size)
  let known = 0
  const rowsOf = new Int32Array(indexOf.size).fill(-1)
  const others: number[] = []
  let listed = new Int32Array()

  const lookUp = (row: number): number => indexOf.get(rows.itemIdOf(row)) ?? -1

  function append(): void {
    if (known === indices.length) {
      const larger = new Int32Array(2 * known + STEP_ROWS)
      larger.set(indices)
      indices = larger
    }
    const index = lookUp(known)
    if (index < 0) others.push(known)
    else rowsOf[index] = known
    indices[known++] = index
  }

  return {
    indexOf: (row) => (row < known ? (indices[row] as number) : lookUp(row)),
    rowOf: (index) => rowsOf[index] as number,
    others() {
      if (listed.length < others.length) listed = Int32Array.from(others)
      return listed
    },
    *reach() {
      while (known < rows.rows()) {
        append()
        if (known % STEP_ROWS === 0) yield
      }
    },
  }
}
