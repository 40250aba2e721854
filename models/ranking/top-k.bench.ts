import { placeZeros } from '../als/placed.ts'
import { normal, seededRandom } from '../linalg/random.ts'
import { medianMs } from '../linalg/timing.fixture.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { createScorer, type Scorer } from './scorer.ts'
import { topK } from './top-k.ts'

const FACTORS = 64
const K = 10
const USERS = 32
/** Natural logarithm of a length: between those that training gives on MovieLens (wider) and on Gowalla (narrower). */
const LENGTH_SPREAD = 0.5

/**
 * Times the exact top 10 by size of the catalogue: by codes (`int8µs`), by a scan of all scores (`f32µs`) and in plain
 * TypeScript, beside the time it takes to read all codes once (`readµs`). Vectors point everywhere alike, which is the worst
 * case of a trained model; they are all of about one length, or their lengths differ as those of trained items do.
 */
export async function bench(report: (row: Record<string, string | number>) => void): Promise<void> {
  for (const rows of [6_250, 61_000, 1_000_000]) {
    for (const lengths of ['alike', 'as trained']) {
      const workspace = createWorkspace()
      const random = seededRandom(rows)
      const items = placeZeros(workspace, rows, FACTORS)
      for (let r = 0; r < rows; r++) {
        const length = lengths === 'alike' ? 1 : Math.exp(LENGTH_SPREAD * normal(random))
        for (let k = 0; k < FACTORS; k++) items.data[r * FACTORS + k] = length * normal(random)
      }
      const users = Array.from({ length: USERS }, () => Float32Array.from({ length: FACTORS }, () => normal(random)))
      let turn = 0
      const nextUser = (): Float32Array => users[turn++ % USERS] as Float32Array
      const time = (scorer: Scorer): number => 1000 * medianMs(() => scorer.topK(nextUser(), K))

      const int8 = time(createScorer(items, { workspace, layout: 'int8' }))
      const f32 = time(createScorer(items, { workspace, layout: 'f32' }))
      const plain = 1000 * medianMs(() => topK(items, nextUser(), K))
      const bytes = rows * FACTORS
      // As fast as the C library can: it looks for a byte that is not there.
      const codes = Buffer.alloc(bytes, 1)
      const read = 1000 * medianMs(() => codes.indexOf(0))
      report({
        items: rows,
        lengths,
        int8µs: rounded(int8),
        f32µs: rounded(f32),
        plainµs: rounded(plain),
        'f32/int8': rounded(f32 / int8),
        'plain/int8': rounded(plain / int8),
        readµs: rounded(read),
        'GB/s of reading': rounded(bytes / read / 1000),
        'GB/s of codes': rounded(bytes / int8 / 1000),
      })
    }
  }
}

const rounded = (x: number): number => Number(x.toPrecision(3))
