import fc from 'fast-check'
import { expect, it } from 'vitest'
import { placeFactors } from '../als/placed.ts'
import { dot } from '../linalg/dot.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { createBitmap } from './bitmap.ts'
import { BLOCK_ROWS, encode, finish } from './layout.ts'
import { createScan } from './scan.ts'
import { arbitraryCase } from './search.fixture.ts'

const workspace = createWorkspace()
const { kernels } = workspace
/** Where the kernel leaves what it found out about the user (assembly/scan-job.ts), in bytes from the job on. */
const USER = 88
const SCRATCH = 60

it('codes tell every score to within their bounds, which fall from block to block', () => {
  fc.assert(
    fc.property(arbitraryCase, ({ items: factors, user }) => {
      const mark = workspace.mark()
      const { rows, d } = factors
      const items = placeFactors(workspace, factors)
      const { fields, placeOf } = finish(encode(workspace, items))
      const scan = createScan(workspace, { rows, dimensions: d, width: items.width, factors: items.at, ...fields })
      const job = scan.prepare(user, 1, createBitmap(rows, placeOf && { placeOf }))
      const { buffer } = workspace.memory
      const bounds = new Float64Array(buffer, fields.bounds, 3 * fields.blocks)
      const codes = new Uint8Array(buffer, fields.codes, fields.blocks * BLOCK_ROWS * items.width)
      expect(codes.every((code) => code >= 1 && code <= 127)).toBe(true)

      kernels.topK(job)
      const [scale = 0, perNorm = 0, perError = 0, reach = 0, underflow = 0] = new Float64Array(buffer, job + USER, 5)
      // Zero: too few items for codes, or numbers that nothing can be said of.
      if (scale > 0) {
        const userCodes = new Int8Array(
          buffer,
          (new Int32Array(buffer, job + SCRATCH, 1)[0] as number) + 128,
          items.width,
        )
        for (let index = 0; index < rows; index++) {
          const place = placeOf?.[index] as number
          const block = Math.floor(place / BLOCK_ROWS)
          const [blockScale = 0, norm = 0, error = 0] = bounds.subarray(3 * block)
          let product = 0
          for (let k = 0; k < d; k++) {
            const group = block * items.width * BLOCK_ROWS + Math.floor(k / 4) * 128
            const code = (codes[group + (place % BLOCK_ROWS) * 4 + (k % 4)] as number) - 64
            product += code * (userCodes[k] as number)
          }
          const score = dot(user, factors.data, index * d) / scale
          const isBounded =
            Math.abs(score - blockScale * product) <= perNorm * norm + perError * error + underflow &&
            score <= reach * norm + underflow &&
            norm >= (bounds[3 * block + 4] ?? 0)
          if (!isBounded) throw new Error(`item ${index} scores ${score}, its codes ${blockScale * product}`)
        }
      }
      workspace.release(mark)
    }),
    { numRuns: 2000 },
  )
})
