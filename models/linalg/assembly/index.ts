export { solvePositiveDefinite } from './cholesky'
export { inverseScratchBytes, invertPositiveDefinite } from './inverse'
export { rotateRows, scratchBytes, solveRow, solveRows } from './rows'
export { gramianBlocks, syrk } from './syrk'
