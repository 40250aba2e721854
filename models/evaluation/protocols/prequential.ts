import { createJudge } from '../judge.ts'
import type { Recommender } from '../model.ts'
import type { RatingTable } from '../rating-table.ts'
import { type Catalogue, catalogueOf, type Marks, queryOf, TRAINING, trainingSetOf, UNUSED } from '../split.ts'
import { createTrial, fittedOn, type Trial } from './protocol.ts'
import { inTimeOrder, LAST_TENTH, type TestFrom, temporal } from './temporal.ts'

export interface StreamOptions {
  readonly from: TestFrom
  /** How often the model is fitted, at equal distances: first on what lies before `from`, as rebuilds do on a running system. */
  readonly fits: number
}

/**
 * Takes the ratings one by one, in time order: the model ranks for the user of a positive, its answer is measured, then it learns
 * the rating. A user with no positive known is not asked for. Between two fits a model learns what it can: a user's new history
 * always, of items what `learn` takes.
 */
export function prequential(table: RatingTable, { from, fits }: StreamOptions, usable: Marks): Trial {
  const order = inTimeOrder(table, usable)
  const placeOf = new Int32Array(table.items.length).fill(order.length)
  order.forEach((e, place) => {
    placeOf[e] = place
  })
  const rowOf = rowsOf(table)
  const first =
    'share' in from
      ? Math.floor(from.share * order.length)
      : order.filter((e) => (table.times[e] as number) < from.time).length
  /** What is known before the rating at `place` comes. */
  const before = (place: number) => {
    const marks = usable.map((_, e) => ((placeOf[e] as number) < place ? TRAINING : UNUSED))
    const catalogue = catalogueOf(table, marks, [TRAINING])
    return { marks, catalogue, training: trainingSetOf(table, marks, catalogue) }
  }
  const query = (e: number, catalogue: Catalogue) => {
    const place = placeOf[e] as number
    const isKnown = (other: number): boolean => (placeOf[other] as number) < place
    return queryOf(table, rowOf[e] as number, catalogue, isKnown, (other) => other === e)
  }
  const { marks, training } = before(first)

  return {
    training,
    measure(fitModel, seed, metrics) {
      const judge = createJudge(metrics, fittedOn(training))
      for (let n = 0; n < fits; n++) {
        const [start, end] = [n, n + 1].map((part) => first + Math.floor((part * (order.length - first)) / fits))
        const { catalogue, training } = before(start as number)
        const recommender = fitModel(training, seed)
        for (const e of order.subarray(start, end)) {
          const asking = query(e, catalogue)
          if (asking.known.length > 0) judge.ask(recommender, training.itemCount, asking)
          learn(recommender, catalogue.denseOf[table.items[e] as number] as number, table.values[e] as number)
        }
      }
      return judge.judgement()
    },
    validation: () => createTrial(table, temporal(LAST_TENTH), 0, marks),
  }
}

function learn(recommender: Recommender, item: number, value: number): void {
  if (item >= 0) recommender.learn?.(item, value)
}

/** The row of every entry. */
function rowsOf({ rows, starts, items }: RatingTable): Int32Array {
  const rowOf = new Int32Array(items.length)
  for (let row = 0; row < rows; row++) rowOf.fill(row, starts[row], starts[row + 1])
  return rowOf
}
