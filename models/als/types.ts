/** Constants of the loss that a half-step needs (Rendle et al. 2021). */
export interface Regularization {
  /** α0: weight of the pull towards zero over all pairs. */
  readonly unobservedWeight: number
  /** λ */
  readonly regularization: number
  /** ν: λ is multiplied by (observed weight + α0 · rows of the other side)^ν */
  readonly regularizationExponent: number
}

/**
 * What a rating means: a positive (t=1) from `positiveFrom` on, else a dislike (t=0, w=`dislikeWeight`). The weight of a positive
 * is 1, unless the others say that
 *
 *   w = g (n / 60)^−γ        g from 1 at `positiveFrom` to `topWeight` at `topValue`, n positives of this user
 */
export interface Preference {
  readonly positiveFrom: number
  readonly dislikeWeight: number
  /** Of a positive at the top of the scale; 1 where left out. */
  readonly topWeight?: number | undefined
  /** Top of the scale; without it no positive is graded. */
  readonly topValue?: number | undefined
  /** γ: so much less do the positives of people count who have many; 0 where left out. */
  readonly activityExponent?: number | undefined
}

export interface HyperParameters extends Regularization, Preference {
  /** d */
  readonly factors: number
  /** At most this many; training stops early when the held-out figure no longer rises. */
  readonly epochs: number
  readonly seed: number
}

/** Hyper-parameters that a search finds. */
export type Tuned = 'regularization' | 'unobservedWeight'

/** What a search for hyper-parameters found, and the figures that chose it. */
export interface Tuning extends Readonly<Record<Tuned, number>> {
  /** Which of the two were searched; the other one was given. */
  readonly search: readonly Tuned[]
  /** The figure that chose, on the search's held-out pairs: "ndcg@100". */
  readonly metric: string
  /** Of the chosen values; 0 where no run came to its end. */
  readonly figure: number
  /** Where the search began, and the figure there. */
  readonly start: Readonly<Record<Tuned | 'figure', number>>
  readonly runs: number
  /** Held-out pairs of the search. */
  readonly pairs: number
  readonly seconds: number
  /** Why it ended: no neighbour was better, the budget was spent, or somebody ended it. */
  readonly end: 'complete' | 'budget' | 'stopped'
}

/** How a model did beside the one that was live when it was made, on held-out pairs that both know (evaluation/compare.ts). */
export interface PairedFigures {
  /** Id of the live generation. */
  readonly live: string
  /** "ndcg@100": the mean over users. */
  readonly metric: string
  readonly figure: number
  readonly liveFigure: number
  /** Of the mean difference, paired by user; 0 with less than two users. */
  readonly standardError: number
  /** With a held-out pair that both models know. */
  readonly users: number
  readonly pairs: number
}

/** The same, and what came of it. */
export interface Comparison extends PairedFigures {
  /** So many standard errors worse are put down to chance; left out: however many. */
  readonly tolerance?: number | undefined
  /** `worse`: beyond the tolerance, and so not activated. `forced`: the same, but it was to be activated all the same. */
  readonly verdict: 'sound' | 'worse' | 'forced' | 'too-few-users'
}

/** A dense matrix of f32, row after row: row r is data[r·width … r·width+d−1]. */
export interface Factors {
  readonly rows: number
  readonly d: number
  /** From one row to the next; d where left out. More only among the kernels (placed.ts), who want their rows padded. */
  readonly width?: number
  readonly data: Float32Array
}

/** One row's observed pairs: dense columns (no duplicates), their weights w ≥ 0 and targets t; all 1 where left out. */
export interface Observations {
  readonly columns: Int32Array
  readonly weights?: Float32Array | undefined
  readonly targets?: Float32Array | undefined
}

/** Compressed sparse rows of observed pairs: row r holds entries starts[r] … starts[r+1]−1. */
export interface ObservationRows extends Observations {
  readonly rows: number
  readonly starts: Int32Array
}

/** The fixed side of a half-step: its factors V and VᵀV (d×d, row after row, summed in f64). */
export interface FixedSide {
  readonly factors: Factors
  readonly gramian: Float64Array
}

/** Some of the users of a training with their vectors, at most 10,000: among these are similar users sought. */
export interface UserSample {
  /** Sorted. Who was erased since the training still stands here. */
  readonly userIds: readonly string[]
  /** Row n is the vector of userIds[n], in the space of the generation's items. */
  readonly factors: Factors
}

/** One published model: immutable, and complete by itself. */
export interface Generation {
  readonly id: string
  /** ms since 1970 */
  readonly createdAt: number
  readonly hyperParameters: HyperParameters
  /** Sorted; the dense index of an item is its place here, and means nothing outside this generation. */
  readonly itemIds: readonly string[]
  readonly indexOf: ReadonlyMap<string, number>
  /** V and VᵀV */
  readonly items: FixedSide
  /** UᵀU, d×d: what folding in a new item needs. */
  readonly userGramian: Float64Array
  /** How many users the model was trained on. */
  readonly users: number
  /** Empty in generations that were made before there was one. */
  readonly userSample: UserSample
  /** Positive ratings of each item at training time, in dense order. */
  readonly positives: Int32Array
  /** How many ratings the model was trained from, below the threshold ones included. */
  readonly ratings: number
  /** Figures on the held-out pairs, by name ("ndcg@10", "recall@20", "pairs"). */
  readonly metrics: Readonly<Record<string, number>>
  /** First offset of each partition that training did not see. */
  readonly watermark: readonly number[]
  /** Offset of each partition: who was erased below it was taken out of the sample since. Left out: nobody was. */
  readonly sampleLacks?: readonly number[] | undefined
  /** Ids of the generations whose place it took, the same but for those users. */
  readonly standsFor?: readonly string[] | undefined
  readonly trainSeconds: number
  readonly epochsRun: number
  /** The search that chose its hyper-parameters, if one did. */
  readonly tuning?: Tuning | undefined
  /** Left out where there was no live generation to be compared with. */
  readonly comparison?: Comparison | undefined
}
