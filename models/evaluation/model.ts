/** One user's known interactions: dense items, ascending, without duplicates, and their values. */
export interface Interactions {
  readonly items: Int32Array
  /** On the dataset's own scale. */
  readonly values: Float32Array
}

/** Interactions of many users, as compressed sparse rows: row r holds entries starts[r] … starts[r+1]−1. */
export interface InteractionRows extends Interactions {
  readonly rows: number
  readonly starts: Int32Array
}

/** What a model is fitted on. */
export interface TrainingSet extends InteractionRows {
  /** Items are 0 … itemCount−1. An item may have no positive here: those that were given may all have been held out. */
  readonly itemCount: number
  /** A value is positive from here on; the others are known, and not liked. */
  readonly positiveFrom: number
}

/** A fitted model. */
export interface Recommender {
  /**
   * Scores every item for a user with this history, who need not be one it was fitted on. What the user knows is scored too:
   * leaving it out is the protocol's business.
   *
   * @param into length itemCount; the greater, the sooner recommended
   */
  scores(history: Interactions, into: Float32Array): void
  /**
   * What `scores` comes to, where that can be had sooner than by scoring everything.
   *
   * @returns the `count` best items that are not hidden, best first, ties by item order
   */
  best?(history: Interactions, hidden: Int32Array, count: number): number[]
  /**
   * Estimates the values this user would give to every item, on the dataset's own scale; absent: the model speaks of
   * preference only. What `rmse` is measured on.
   *
   * @param into length itemCount
   */
  estimates?(history: Interactions, into: Float32Array): void
  /** Takes one more interaction of some user into what the model knows of items; absent: it learns by fitting alone. */
  learn?(item: number, value: number): void
}

/** Fits a model. The same seed gives the same model. */
export type Fit = (training: TrainingSet, seed: number) => Recommender

/** The interactions of one row. */
export function rowOf({ starts, items, values }: InteractionRows, row: number): Interactions {
  const [from, to] = [starts[row] as number, starts[row + 1] as number]
  return { items: items.subarray(from, to), values: values.subarray(from, to) }
}
