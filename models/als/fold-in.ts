import { createWorkspace, type Workspace } from '../linalg/workspace.ts'
import { type PlacedFactors, placeFactors } from './placed.ts'
import { rowSolver } from './reference.ts'
import { createRowJob, describeFixedSide, writeUnobserved } from './row-job.ts'
import type { Generation, Observations, Regularization } from './types.ts'

/** Solves one row's vector; its columns are rows of the fixed side. */
export type FoldIn = (observations: Observations) => Float32Array

/**
 * Prepares to solve one row after the other exactly with the other side fixed, on the kernel of the half-step:
 *
 *   (Σ_{i∈S} w v vᵀ + α0 VᵀV + λ (n + α0|I|)^ν I) u = Σ_{i∈S} w t v        Rendle et al. 2021
 *
 * The returned function gives vectors of length d on the scale of the batch half-step, zeros where nothing was observed. It
 * throws NotPositiveDefiniteError when the hyper-parameters leave the row's matrix singular.
 *
 * @param gramian  of `fixed`, d×d
 */
export function prepareFoldIn(
  workspace: Workspace,
  fixed: PlacedFactors,
  gramian: Float64Array,
  regularization: Regularization,
): FoldIn {
  const { d, width } = fixed
  const { kernels } = workspace
  const unobserved = workspace.floats(width * width)
  writeUnobserved(unobserved.data, gramian, regularization.unobservedWeight, d)
  const solved = workspace.floats(width)
  const scratch = workspace.bytes(kernels.scratchBytes(width))
  const job = createRowJob(workspace)
  describeFixedSide(job, fixed, regularization)
  job.set({ unobserved: unobserved.at })
  let room = roomFor(workspace, 256)

  return (observations) => {
    const { columns, weights, targets } = observations
    // The old room stays where it is; it doubles, so all of them together are no more than the last.
    if (columns.length > room.length) room = roomFor(workspace, 2 * columns.length)
    room.columns.data.set(columns)
    if (weights) room.weights.data.set(weights)
    if (targets) room.targets.data.set(targets)
    job.observe(room.columns.at, weights ? room.weights.at : 0, targets ? room.targets.at : 0)
    const isSolved = kernels.solveRow(job.at, 0, columns.length, solved.at, scratch.at)
    if (isSolved) return solved.data.slice(0, d)
    const vector = new Float32Array(d)
    rowSolver({ factors: fixed, gramian }, regularization)(observations, 0, columns.length, vector)
    return vector
  }
}

function roomFor(workspace: Workspace, length: number) {
  return {
    length,
    columns: workspace.integers(length),
    weights: workspace.floats(length),
    targets: workspace.floats(length),
  }
}

/** The generation that users were last folded into, prepared. */
let standing: { readonly generation: Generation; readonly workspace: Workspace; readonly solve: FoldIn } | undefined

/**
 * A user's vector in a generation. What the users of a generation share is prepared when the first of them comes, and makes room
 * for that of the next generation: there is one that is live.
 *
 * @param observations  columns are items of the generation
 * @returns             length d; zeros where nothing was observed
 * @throws NotPositiveDefiniteError when the hyper-parameters leave the row's matrix singular
 */
export function foldIn(generation: Generation, observations: Observations): Float32Array {
  if (standing?.generation !== generation) {
    standing?.workspace.dispose()
    const { items, hyperParameters } = generation
    const workspace = createWorkspace()
    const solve = prepareFoldIn(workspace, placeFactors(workspace, items.factors), items.gramian, hyperParameters)
    standing = { generation, workspace, solve }
  }
  return standing.solve(observations)
}
