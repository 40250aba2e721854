export { solvePositiveDefinite } from './cholesky'
export { negateAndMirror, sweep, sweepScratchBytes } from './inverse'
export { rotateRows, scratchBytes, solveRow, solveRows } from './rows'
export { gramianBlocks, syrk } from './syrk'
