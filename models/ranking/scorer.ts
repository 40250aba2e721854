import type { PlacedFactors } from '../als/placed.ts'
import type { Factors } from '../als/types.ts'
import { type Address, createWorkspace, type Workspace } from '../linalg/workspace.ts'
import { type Bitmap, createBitmap } from './bitmap.ts'
import { BLOCK_ROWS, encode, finish, type Layout, layPanels, placeInSteps, type Steps } from './layout.ts'
import { createScan, type Scan } from './scan.ts'
import type { Scored } from './selection.ts'

/** From so many items on, reading a quarter of the bytes is worth looking twice at what may be among the best. */
const ENCODED_FROM_ROWS = 1024

/** Scores of items, all of them exactly as `dot` (linalg/dot.ts) defines a score, on the kernels. */
export interface Scorer {
  readonly rows: number
  /** Length of a user's vector. */
  readonly d: number
  readonly workspace: Workspace
  readonly layout: Layout
  /**
   * The k items of greatest score, exactly; ties go to the lower index.
   *
   * @param hidden made by `bitmap`
   * @returns      best first; fewer than k when fewer are not hidden
   */
  topK(user: Float32Array, k: number, hidden?: Bitmap): Scored[]
  /** Scores of all items, in their order. @param into length `rows` */
  scores(user: Float32Array, into: Float32Array): void
  /** Scores of some items, in the order in which they are named. */
  scoresOf(user: Float32Array, indices: ArrayLike<number>): Float32Array
  /** For `topK`: nothing is hidden yet. */
  bitmap(): Bitmap
  /** Room for a search that another thread runs. */
  openScan(): Scan
}

export interface ScorerOptions {
  /** Where to work; a workspace of its own when left out. */
  readonly workspace?: Workspace
  /**
   * What is scanned: the numbers themselves, or codes of 7 bits that tell which of them can matter. By the number of items when
   * left out. The results are the same. `scores` is twice as fast with 'f32'.
   */
  readonly layout?: 'f32' | 'int8'
}

/**
 * Lays items out for the kernels.
 *
 * @param items  copied, unless they are placed in the workspace that is given
 */
export function createScorer(items: Factors | PlacedFactors, options: ScorerOptions = {}): Scorer {
  return finish(buildScorer(items, options))
}

/** The same in steps, for whoever must not be held up: 1M items take a second. */
export function* buildScorer(items: Factors | PlacedFactors, options: ScorerOptions = {}): Steps<Scorer> {
  const { workspace = createWorkspace(), layout = items.rows < ENCODED_FROM_ROWS ? 'f32' : 'int8' } = options
  const isPlaced = 'at' in items && options.workspace !== undefined
  const placed = isPlaced ? items : yield* placeInSteps(workspace, items)
  const laidOut = layout === 'int8' ? yield* encode(workspace, placed) : layPanels(workspace, placed)
  return scorerOver(workspace, placed, laidOut)
}

/** @param layout  of the items in `placed` */
export function scorerOver(workspace: Workspace, placed: PlacedFactors, layout: Layout): Scorer {
  const { rows, d, width } = placed
  const { fields, reciprocals } = layout
  const { kernels } = workspace
  const nothing = createBitmap(rows, layout)
  const scan = openScan()
  const user = workspace.floats(width)
  let room = { length: 0, indices: workspace.integers(0), scores: workspace.floats(0) }

  function openScan(): Scan {
    return createScan(workspace, { rows, dimensions: d, width, factors: placed.at, ...fields })
  }

  /** The old room stays where it is; it doubles, so all of them together are no more than the last. */
  function roomFor(count: number) {
    const length = Math.max(2 * room.length, Math.ceil(count / BLOCK_ROWS) * BLOCK_ROWS)
    return { length, indices: workspace.integers(length), scores: workspace.floats(length) }
  }

  /** Scores of rows, of all of them from the first on when `indices` is 0; where they are is overwritten by the next call. */
  function scoreRows(vector: Float32Array, indices: Address, count: number): Float32Array {
    user.data.set(vector)
    kernels.scoreRows(placed.at, width, indices, count, user.at, room.scores.at)
    return room.scores.data.subarray(0, count)
  }

  return {
    rows,
    d,
    workspace,
    layout,
    openScan,
    bitmap: () => nothing.copy(),

    topK(vector, k, hidden = nothing) {
      const limit = Math.min(k, rows)
      return limit > 0 ? scan.take(kernels.topK(scan.prepare(vector, limit, hidden))) : []
    },

    scores(vector, into) {
      if (rows > room.length) room = roomFor(rows)
      if (fields.panels === undefined) into.set(scoreRows(vector, 0, rows))
      else {
        user.data.set(vector)
        kernels.scorePanels(fields.panels, fields.blocks, d, user.at, room.scores.at)
        into.set(room.scores.data.subarray(0, rows))
      }
      if (reciprocals) for (let index = 0; index < rows; index++) multiply(into, index, reciprocals[index] as number)
    },

    scoresOf(vector, indices) {
      if (indices.length > room.length) room = roomFor(indices.length)
      room.indices.data.set(indices)
      const scores = scoreRows(vector, room.indices.at, indices.length).slice()
      if (reciprocals) {
        for (let n = 0; n < scores.length; n++) multiply(scores, n, reciprocals[indices[n] as number] as number)
      }
      return scores
    },
  }
}

/** As the kernels do it: in f32, and zero has no sign. */
function multiply(scores: Float32Array, n: number, by: number): void {
  scores[n] = (scores[n] as number) * by + 0
}
