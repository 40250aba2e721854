import type { Interactions, TrainingSet } from './model.ts'
import type { RatingTable } from './rating-table.ts'

/** What a rating of a table is to one run: one mark an entry. */
export type Marks = Uint8Array
export const UNUSED = 0
/** Models are fitted on it, and it is known of its user. */
export const TRAINING = 1
/** Known of its user when recommendations are made, but no model was fitted on it. */
export const HISTORY = 2
/** What a model is asked about. */
export const TEST = 3

/** Marks of a table that is all used. */
export const allOf = (table: RatingTable): Marks => new Uint8Array(table.items.length).fill(TRAINING)

/** Items that models know and rank. `dense` and the ids are those of the table; −1: not in the catalogue. */
export interface Catalogue {
  readonly itemCount: number
  readonly denseOf: Int32Array
}

/** What a user is asked for, in dense items of the catalogue. */
export interface Query {
  /** The user's row in the table. */
  readonly row: number
  /** What is known of the user, those below the threshold included. */
  readonly history: Interactions
  /** The positives among `history`, which are not recommended again. */
  readonly known: Int32Array
  /** Test positives. */
  readonly relevant: Int32Array
  /** How many more test positives there are, of items outside the catalogue: no model finds them. */
  readonly missed: number
  /** All test ratings, to compare estimates with. */
  readonly tested: Interactions
  /** Only these are ranked, and `relevant`; undefined: all items but `known`. */
  readonly candidates: Int32Array | undefined
}

/** Items with a positive that carries one of these marks. */
export function catalogueOf(
  { items, values, itemIds, positiveFrom }: RatingTable,
  marks: Marks,
  of: readonly number[],
) {
  const denseOf = new Int32Array(itemIds.length).fill(-1)
  items.forEach((item, e) => {
    if (of.includes(marks[e] as number) && (values[e] as number) >= positiveFrom) denseOf[item] = 0
  })
  let itemCount = 0
  const catalogue = denseOf.map((known) => (known === 0 ? itemCount++ : -1))
  return { itemCount, denseOf: catalogue } satisfies Catalogue
}

/** What is marked TRAINING, a row a user who has any of it in the catalogue. */
export function trainingSetOf(table: RatingTable, marks: Marks, { itemCount, denseOf }: Catalogue): TrainingSet {
  const isIn = table.items.map((item, e) => (marks[e] === TRAINING && (denseOf[item] as number) >= 0 ? 1 : 0))
  const starts = [0]
  let count = 0
  for (let row = 0; row < table.rows; row++) {
    for (let e = table.starts[row] as number; e < (table.starts[row + 1] as number); e++) count += isIn[e] as number
    if (count > (starts.at(-1) as number)) starts.push(count)
  }
  return {
    rows: starts.length - 1,
    starts: Int32Array.from(starts),
    items: table.items.filter((_, e) => isIn[e] === 1).map((item) => denseOf[item] as number),
    values: table.values.filter((_, e) => isIn[e] === 1),
    itemCount,
    positiveFrom: table.positiveFrom,
  }
}

/**
 * The query of one row.
 *
 * @param isKnown     of an entry: whether it is known of the user
 * @param isTest      of an entry: whether the model is asked about it
 * @param candidates  items of the table
 */
export function queryOf(
  table: RatingTable,
  row: number,
  { denseOf }: Catalogue,
  isKnown: (entry: number) => boolean,
  isTest: (entry: number) => boolean,
  candidates?: Int32Array,
): Query {
  const { starts, items, values, positiveFrom } = table
  const [from, to] = [starts[row] as number, starts[row + 1] as number]
  const entries = Int32Array.from({ length: to - from }, (_, n) => from + n)
  const dense = (e: number): number => denseOf[items[e] as number] as number
  const isPositive = (e: number): boolean => (values[e] as number) >= positiveFrom
  const interactions = (of: Int32Array): Interactions => ({
    items: of.map(dense),
    values: Float32Array.from(of, (e) => values[e] as number),
  })
  const history = entries.filter((e) => isKnown(e) && dense(e) >= 0)
  const tests = entries.filter(isTest)
  const tested = tests.filter((e) => dense(e) >= 0)
  const relevant = tested.filter(isPositive).map(dense)
  return {
    row,
    history: interactions(history),
    known: history.filter(isPositive).map(dense),
    relevant,
    missed: tests.filter(isPositive).length - relevant.length,
    tested: interactions(tested),
    candidates: candidates?.map((item) => denseOf[item] as number).filter((item) => item >= 0),
  }
}
