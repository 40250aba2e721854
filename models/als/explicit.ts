import { createCrew } from '../linalg/crew.ts'
import { dotRows } from '../linalg/dot.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { type Biases, centre, fitBiases } from './biases.ts'
import { prepareFoldIn } from './fold-in.ts'
import { createHalfStep } from './half-step.ts'
import { initialFactors } from './initial-factors.ts'
import { placeFactors, placeRows, placeTransposed, placeZeros, takeOut } from './placed.ts'
import type { TrainingOptions } from './train.ts'
import type { Factors, HyperParameters, ObservationRows, Observations, Regularization } from './types.ts'

export interface ExplicitHyperParameters
  extends Pick<HyperParameters, 'factors' | 'epochs' | 'seed' | 'regularization' | 'regularizationExponent'> {
  /** h of the biases, in ratings */
  readonly damping: number
}

/** What estimates values as people give them, "stars", where the model that is served speaks of preference only. */
export interface ExplicitModel {
  readonly biases: Biases
  /** V */
  readonly items: Factors
  readonly regularization: Regularization
}

/**
 * Alternating least squares on the values themselves (Zhou et al. 2008), after biases are taken out of them:
 *
 *   r̂_ui = μ + b_i + b_u + u·v_i
 *   L(U,V) = Σ_(u,i)∈S (t_ui − u·v_i)²  +  λ Σ_u n_u^ν ‖u‖²  +  λ Σ_i n_i^ν ‖v_i‖²        t = r − μ − b_i − b_u
 *
 * which is the loss of implicit feedback with α0 = 0, w = 1 and targets that are real, and is solved by the same half-steps. An
 * epoch is users, then items; users are folded in when they are estimated for.
 *
 * @param ratings  rows are users, columns items, targets the values r
 * @returns        undefined when `shouldStop` ended it
 * @throws NotPositiveDefiniteError when λ leaves a row's matrix singular
 */
export function trainExplicit(
  ratings: ObservationRows,
  itemCount: number,
  { factors: d, epochs, seed, damping, ...rest }: ExplicitHyperParameters,
  { crew = createCrew(createWorkspace()), shouldStop = () => false }: Pick<TrainingOptions, 'crew' | 'shouldStop'> = {},
): ExplicitModel | undefined {
  const regularization = { ...rest, unobservedWeight: 0 }
  const biases = fitBiases(ratings, itemCount, damping)
  return crew.briefly(() => {
    const { workspace } = crew
    const centred = centreRows(ratings, biases)
    const userRows = placeRows(workspace, centred)
    const itemRows = placeTransposed(workspace, centred, itemCount)
    const users = placeZeros(workspace, ratings.rows, d)
    const items = placeFactors(workspace, initialFactors(ids(itemCount), d, seed))
    const { solve } = createHalfStep(crew, d, Math.max(users.rows, items.rows))
    const unobserved = noGramian(d)
    for (let epoch = 0; epoch < epochs; epoch++) {
      if (shouldStop()) return undefined
      solve(items, unobserved, userRows, regularization, users)
      solve(users, unobserved, itemRows, regularization, items)
    }
    return { biases, items: takeOut(items), regularization }
  })
}

/** Estimates one user's value of every item; it may lie beyond the scale. */
export type Estimate = (ratings: Observations, into: Float32Array) => void

/**
 * Prepares to estimate for one user after the other: their bias and vector are solved from what they rated, as in training.
 * Who rated nothing gets μ + b_i.
 */
export function prepareEstimates({ biases, items, regularization }: ExplicitModel): Estimate {
  const workspace = createWorkspace()
  const foldIn = prepareFoldIn(workspace, placeFactors(workspace, items), noGramian(items.d), regularization)
  return ({ columns, targets }, into) => {
    const centred = new Float32Array(columns.length)
    const bias = centre({ columns, targets }, biases, centred)
    dotRows(foldIn({ columns, targets: centred }), items.data, 0, items.rows, into)
    for (let i = 0; i < items.rows; i++) (into[i] as number) += biases.mean + bias + (biases.items[i] as number)
  }
}

/** Dense already: only their number matters. */
const ids = (count: number): string[] => Array.from({ length: count }, (_, item) => `${item}`)

/** VᵀV has no weight here, so it need not be known. */
const noGramian = (d: number): Float64Array => new Float64Array(d * d)

function centreRows({ rows, starts, columns, targets }: ObservationRows, biases: Biases): ObservationRows {
  const centred = new Float32Array(columns.length)
  for (let r = 0; r < rows; r++) {
    const [from, to] = [starts[r] as number, starts[r + 1] as number]
    const row = { columns: columns.subarray(from, to), targets: targets?.subarray(from, to) }
    centre(row, biases, centred.subarray(from, to))
  }
  return { rows, starts, columns, targets: centred }
}
