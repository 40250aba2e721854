import { createWorkspace } from './workspace.ts'

/** A symmetric matrix in double precision, in memory of its own. */
export interface SymmetricMatrix {
  readonly order: number
  /** Entry (i, j) is data[i·stride + j]: `order` rounded up to a multiple of 4. */
  readonly stride: number
  readonly data: Float64Array
  /**
   * Puts the inverse, both triangles, in the place of the matrix, of which only the upper triangle is read: n³/2 multiply-adds.
   *
   * @returns false: it is not positive definite as far as double precision can tell. It is spoilt then
   */
  invert(): boolean
}

/**
 * Zeros, to be filled. 8·order² bytes: 800 MB at an order of 10,000.
 *
 * @throws RangeError past 4 GiB, an order of about 23,000
 */
export function createSymmetricMatrix(order: number): SymmetricMatrix {
  const workspace = createWorkspace()
  const { kernels } = workspace
  const stride = Math.ceil(order / 4) * 4
  const { at, data } = workspace.doubles(stride * stride)
  // What is beyond the order is a unit matrix, and stays one.
  for (let k = order; k < stride; k++) data[k * stride + k] = 1

  function invert(): boolean {
    const mark = workspace.mark()
    const diagonal = workspace.doubles(stride)
    for (let k = 0; k < stride; k++) diagonal.data[k] = data[k * stride + k] as number
    const scratch = workspace.bytes(kernels.sweepScratchBytes(stride))
    let k = 0
    while (k >= 0 && k < stride) k = kernels.sweep(at, stride, k, diagonal.at, scratch.at)
    workspace.release(mark)
    if (k < 0) return false
    kernels.negateAndMirror(at, stride)
    return true
  }
  return { order, stride, data, invert }
}
