import { createJudge, type Judgement } from '../judge.ts'
import { type Fit, rowOf, type TrainingSet } from '../model.ts'
import type { Fitted, Metric } from '../named-metrics.ts'
import type { RatingTable } from '../rating-table.ts'
import {
  catalogueOf,
  HISTORY,
  type Marks,
  type Query,
  queryOf,
  TEST,
  TRAINING,
  trainingSetOf,
  UNUSED,
} from '../split.ts'

/** How data is divided into what models are fitted on and what they are asked. */
export interface Protocol {
  /**
   * Divides the entries that are marked TRAINING in `usable`; the others stay UNUSED.
   *
   * @returns new marks; the same for the same seed
   */
  mark(table: RatingTable, usable: Marks, seed: number): Marks
  /** Models rank every item that has a positive with one of these marks. */
  readonly catalogue: readonly number[]
  /** Divides the training part once more, to choose hyper-parameters by; left out: this protocol again. */
  readonly validation?: Protocol
  /** Items of the table that are ranked for a row; left out or undefined: every item of the catalogue but the known positives. */
  candidates?(row: number): Int32Array | undefined
}

/** A protocol at work on a table with one seed. */
export interface Trial {
  /** What models are fitted on (of a stream, at first). */
  readonly training: TrainingSet
  /** Fits a model and measures its answers. */
  measure(fitModel: Fit, seed: number, metrics: readonly Metric[]): Judgement
  /** The same kind of question within the training part alone. */
  validation(): Trial
}

/** A trial in which a model is fitted once. Users with nothing known, or nothing to be asked, are left out. */
export function createTrial(table: RatingTable, protocol: Protocol, seed: number, usable: Marks): Trial {
  const marks = protocol.mark(table, usable, seed)
  const catalogue = catalogueOf(table, marks, protocol.catalogue)
  const training = trainingSetOf(table, marks, catalogue)
  const isKnown = (e: number): boolean => marks[e] === TRAINING || marks[e] === HISTORY
  const isTest = (e: number): boolean => marks[e] === TEST
  const queries: Query[] = []
  for (let row = 0; row < table.rows; row++) {
    if (!marks.subarray(table.starts[row], table.starts[row + 1]).includes(TEST)) continue
    const query = queryOf(table, row, catalogue, isKnown, isTest, protocol.candidates?.(row))
    if (query.known.length > 0) queries.push(query)
  }
  return {
    training,
    measure(fitModel, modelSeed, metrics) {
      const judge = createJudge(metrics, fittedOn(training))
      const recommender = fitModel(training, modelSeed)
      for (const query of queries) judge.ask(recommender, training.itemCount, query)
      return judge.judgement()
    },
    validation: () => createTrial(table, protocol.validation ?? protocol, seed, trainingOf(marks)),
  }
}

/** What remains usable when only the training part may be seen. */
const trainingOf = (marks: Marks): Marks => marks.map((mark) => (mark === TRAINING ? TRAINING : UNUSED))

/** What metrics ask of a training set. */
export function fittedOn(training: TrainingSet): Fitted {
  const owners = new Int32Array(training.itemCount)
  for (let row = 0; row < training.rows; row++) {
    const { items, values } = rowOf(training, row)
    items.forEach((item, n) => {
      if ((values[n] as number) >= training.positiveFrom) (owners[item] as number)++
    })
  }
  return { users: training.rows, owners }
}
