import { createCrew } from '../linalg/crew.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { prepareFoldIn } from './fold-in.ts'
import { createHalfStep } from './half-step.ts'
import { placeFactors, placeRows, placeZeros, takeOut } from './placed.ts'
import { plainHalfStep, rowSolver } from './reference.ts'
import type { Factors, FixedSide, ObservationRows, Observations, Regularization } from './types.ts'

/** The two implementations of one mathematics, as tests call them. */
export interface Implementation {
  halfStep(fixed: FixedSide, observations: ObservationRows, regularization: Regularization): Factors
  foldIn(fixed: FixedSide, observations: Observations, regularization: Regularization): Float32Array
}

/** One for all tests: what a call allocated is taken back. */
const workspace = createWorkspace()

function briefly<T>(work: () => T): T {
  const mark = workspace.mark()
  try {
    return work()
  } finally {
    workspace.release(mark)
  }
}

export const plain: Implementation = {
  halfStep: plainHalfStep,
  foldIn(fixed, observations, regularization) {
    const vector = new Float32Array(fixed.factors.d)
    rowSolver(fixed, regularization)(observations, 0, observations.columns.length, vector)
    return vector
  },
}

export const kernels: Implementation = {
  halfStep: ({ factors, gramian }, observations, regularization) =>
    briefly(() => {
      const { solve } = createHalfStep(createCrew(workspace), factors.d, Math.max(factors.rows, observations.rows))
      const solved = placeZeros(workspace, observations.rows, factors.d)
      solve(placeFactors(workspace, factors), gramian, placeRows(workspace, observations), regularization, solved)
      return takeOut(solved)
    }),
  foldIn: ({ factors, gramian }, observations, regularization) =>
    briefly(() => prepareFoldIn(workspace, placeFactors(workspace, factors), gramian, regularization)(observations)),
}
