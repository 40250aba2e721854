import { startCrew } from '../../infra/threads.ts'
import { generateRows } from '../evaluation/ratings.fixture.ts'
import { medianMs, peakMultiplyAdds, rounded } from '../linalg/timing.fixture.ts'
import { createHalfStep } from './half-step.ts'
import { initialFactors } from './initial-factors.ts'
import { placeFactors, placeRows, placeTransposed, placeZeros } from './placed.ts'
import { rowSolver } from './reference.ts'
import type { FixedSide, ObservationRows } from './types.ts'

const REGULARIZATION = { unobservedWeight: 0.3, regularization: 0.01, regularizationExponent: 1 }
const EPOCHS = 3
/** The plain reference solves only so many rows, and its time is scaled to all of them by their multiply-adds. */
const REFERENCE_ROWS = 200

/**
 * Times epochs of exact ALS on generated ratings (`--users --items --ratings --factors --threads`). `gflops` counts the additions
 * and multiplications that the d×d systems need (nnz·d² + d³/3 a row), whichever way a row was solved; `ofPeak` compares that
 * with the kernel's tile on rows that stay in the nearest cache, on as many threads; `reference` is the plain ml-matrix form
 * on a sample of the same rows.
 */
export async function bench(
  report: (row: Record<string, string | number>) => void,
  flags: Readonly<Record<string, string | boolean | undefined>>,
): Promise<void> {
  const option = (name: string, otherwise: number): number => Number(flags[name] ?? otherwise)
  const [userCount, itemCount] = [option('users', 6_000), option('items', 4_000)]
  const [d, threads] = [option('factors', 64), option('threads', 2)]
  const byUser = generateRows(userCount, itemCount, option('ratings', 1_000_000), 1)
  const before = process.memoryUsage.rss()

  const crew = startCrew(threads)
  const { workspace } = crew
  const userRows = placeRows(workspace, byUser)
  const itemRows = placeTransposed(workspace, byUser, itemCount)
  const itemIds = Array.from({ length: itemCount }, (_, n) => `${n}`)
  const items = placeFactors(workspace, initialFactors(itemIds, d, 1))
  const users = placeZeros(workspace, userCount, d)
  const { gramian, solve } = createHalfStep(crew, d, Math.max(userCount, itemCount))

  const halfSteps = (): void => {
    solve(items, gramian(items), userRows, REGULARIZATION, users)
    solve(users, gramian(users), itemRows, REGULARIZATION, items)
  }
  // The first one is slower: the kernels are compiled for speed while they run, and the helpers are coming up.
  halfSteps()
  const times: number[] = []
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const start = performance.now()
    halfSteps()
    times.push((performance.now() - start) / 1000)
  }
  const seconds = Math.min(...times)
  const flops = flopsOf(userRows, d) + flopsOf(itemRows, d)
  const peak = (2 * peakMultiplyAdds(d) * threads) / 1e9
  const reference = referenceSeconds({ factors: items, gramian: gramian(items) }, userRows, d, flops)
  crew.close()
  report({
    users: userCount,
    items: itemCount,
    ratings: byUser.columns.length,
    factors: d,
    threads,
    epochSeconds: rounded(seconds),
    gflops: rounded(flops / seconds / 1e9),
    ofPeak: rounded(flops / seconds / 1e9 / peak),
    boundSeconds: rounded(flops / 1e9 / peak),
    referenceSeconds: rounded(reference),
    timesFaster: rounded(reference / seconds),
    addedMiB: Math.round((process.memoryUsage.rss() - before) / 2 ** 20),
  })
}

function flopsOf({ rows, columns }: ObservationRows, d: number): number {
  return columns.length * d * d + (rows * d ** 3) / 3
}

/** What the plain reference, on one thread, would take for all rows. */
function referenceSeconds(fixed: FixedSide, rows: ObservationRows, d: number, flops: number): number {
  const solveRow = rowSolver(fixed, REGULARIZATION)
  const into = new Float32Array(d)
  const step = Math.max(1, Math.floor(rows.rows / REFERENCE_ROWS))
  let sampled = 0
  const ms = medianMs(() => {
    sampled = 0
    for (let r = 0; r < rows.rows; r += step) {
      const [from, to] = [rows.starts[r] as number, rows.starts[r + 1] as number]
      solveRow(rows, from, to, into)
      sampled += (to - from) * d * d + d ** 3 / 3
    }
  }, 100)
  return ((ms / 1000) * flops) / sampled
}
