import { expect, it } from 'vitest'
import { UnavailableError } from '../../infra/errors.ts'
import { placeFactors } from '../../models/als/placed.ts'
import { normal, seededRandom } from '../../models/linalg/random.ts'
import { createWorkspace } from '../../models/linalg/workspace.ts'
import { createScorer, type Scorer } from '../../models/ranking/scorer.ts'
import { createReclamation } from './reclamation.ts'
import { createScanPool } from './scan-pool.ts'

const random = seededRandom(7)
const vector = (length: number) => Float32Array.from({ length }, () => normal(random))
const scorerOf = (rows: number, layout: 'f32' | 'int8') =>
  createScorer({ rows, d: 9, data: vector(9 * rows) }, { layout })

/** Two in three items are hidden; which, depends on n. */
function someHidden(scorer: Scorer, n: number) {
  const hidden = scorer.bitmap()
  for (let index = 0; index < scorer.rows; index++) if ((index + n) % 3 > 0) hidden.hide(index)
  return hidden
}

it('finds what the scorer finds, whoever asks for what at the same time', async () => {
  const workspace = createWorkspace()
  const placed = placeFactors(workspace, { rows: 2000, d: 9, data: vector(9 * 2000) })
  const [one, ofTheSameMemory] = [
    createScorer(placed, { workspace }),
    createScorer(placed, { workspace, layout: 'f32' }),
  ]
  const scorers = [scorerOf(3000, 'int8'), scorerOf(500, 'f32'), one, ofTheSameMemory]
  const pool = createScanPool(2)
  const searches = Array.from({ length: 60 }, (_, n) => {
    const scorer = scorers[n % 4] as Scorer
    return { scorer, user: vector(9), k: (n * 7) % 40, hidden: someHidden(scorer, n) }
  })
  const found = searches.map(({ scorer, user, k, hidden }) => pool.topK(scorer, user, k, hidden))
  const expected = searches.map(({ scorer, user, k, hidden }) => scorer.topK(user, k, hidden))
  expect(await Promise.all(found)).toEqual(expected)
  await pool.close()
})

it('goes on with a memory that it had let go of', async () => {
  const pool = createScanPool(1)
  const [scorer, user] = [scorerOf(2000, 'int8'), vector(9)]
  const expected = scorer.topK(user, 5)
  const asked = pool.topK(scorer, user, 5, scorer.bitmap())
  pool.forget(scorer.workspace, () => {})
  expect(await asked).toEqual(expected)
  expect(await pool.topK(scorer, user, 5, scorer.bitmap())).toEqual(expected)
  await pool.close()
})

it('answers what was asked before it was closed, and after', async () => {
  const pool = createScanPool(1)
  const [scorer, user] = [scorerOf(2000, 'int8'), vector(9)]
  const expected = scorer.topK(user, 5)
  const before = Array.from({ length: 5 }, () => pool.topK(scorer, user, 5, scorer.bitmap()))
  const closed = pool.close()
  expect(await Promise.all(before)).toEqual(Array(5).fill(expected))
  await closed
  expect(await pool.topK(scorer, user, 5, scorer.bitmap())).toEqual(expected)
})

it('turns away what would wait behind too many, and does the rest', async () => {
  const pool = createScanPool(1, { maxQueued: 3 })
  const [scorer, user] = [scorerOf(2000, 'int8'), vector(9)]
  const ask = () => pool.topK(scorer, user, 5, scorer.bitmap())
  const expected = scorer.topK(user, 5)
  const asked = await Promise.allSettled(Array.from({ length: 10 }, ask))
  expect(asked.slice(0, 4)).toEqual(new Array(4).fill({ status: 'fulfilled', value: expected }))
  expect(asked.slice(4)).toEqual(new Array(6).fill({ status: 'rejected', reason: expect.any(UnavailableError) }))
  expect(await ask()).toEqual(expected)
  await pool.close()
})

it('does not run what has waited for too long', async () => {
  const MAX_WAIT_MS = 20
  const pool = createScanPool(1, { maxWaitMs: MAX_WAIT_MS })
  const [scorer, user] = [scorerOf(2000, 'int8'), vector(9)]
  const ask = () => pool.topK(scorer, user, 5, scorer.bitmap())
  const expected = scorer.topK(user, 5)
  const asked = Promise.allSettled([ask(), ask()])
  // Nobody hears that the first one is done.
  const until = performance.now() + 2 * MAX_WAIT_MS
  while (performance.now() < until);
  expect(await asked).toMatchObject([{ value: expected }, { reason: expect.any(UnavailableError) }])
  expect(await ask()).toEqual(expected)
  await pool.close()
})

it('keeps a memory until the searches are done that a failed request left behind', async () => {
  const pool = createScanPool(1, { maxQueued: 2 })
  const { during, whenUnused } = createReclamation()
  const [scorer, other, user] = [scorerOf(2000, 'int8'), scorerOf(500, 'f32'), vector(9)]
  const ask = () => pool.topK(scorer, user, 5, scorer.bitmap())
  const expected = scorer.topK(user, 5)
  const left = [ask(), ask(), ask()]
  const request = during(() => Promise.all([...left, pool.topK(other, user, 5, other.bitmap())]))
  let isGiven = false
  whenUnused(() =>
    pool.forget(scorer.workspace, () => {
      isGiven = true
    }),
  )
  await expect(request).rejects.toThrow(UnavailableError)
  for (const search of left) {
    expect(isGiven).toBe(false)
    expect(await search).toEqual(expected)
  }
  expect(isGiven).toBe(true)
  await pool.close()
})
