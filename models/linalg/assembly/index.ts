export { solvePositiveDefinite } from './cholesky'
export { rotateRows, scratchBytes, solveRow, solveRows } from './rows'
export { gramianBlocks, syrk } from './syrk'
