import { createGeneration } from '../models/als/generation.ts'
import type { Factors, FixedSide, Generation } from '../models/als/types.ts'
import { gramian } from '../models/linalg/gramian.ts'
import { normal, type Random, seededRandom } from '../models/linalg/random.ts'

/** Items that people rate. Each generation knows three in four of them. */
export const ITEM_IDS = Array.from({ length: 240 }, (_, n) => `i${String(n).padStart(3, '0')}`)
const KNOWN_SHARE = 0.75
/** So many more stand in a large one, the same in all: two million numbers, laid out step by step and searched on other threads. */
const FILLERS = 16_400
const LARGE_D = 128
const SAMPLED_USERS = 20

/** A model of its own for each seed: other items, other factors, another number of them. What it says means nothing. */
export function randomGeneration(id: string, seed: number, isLarge = false): Generation {
  const random = seededRandom(seed)
  const d = isLarge ? LARGE_D : 8 + 4 * Math.floor(3 * random())
  const known = ITEM_IDS.filter(() => random() < KNOWN_SHARE)
  const own = itemsSide(randomFactors(random, known.length, d))
  const itemIds = isLarge ? [...known, ...fillers().itemIds] : known
  const items = isLarge ? together(own, fillers()) : own
  const users = randomFactors(random, SAMPLED_USERS, d)
  return createGeneration({
    id,
    createdAt: seed,
    hyperParameters: {
      factors: d,
      epochs: 1,
      seed,
      positiveFrom: 4,
      dislikeWeight: 0.2,
      unobservedWeight: 0.1,
      regularization: 0.01,
      regularizationExponent: 1,
    },
    itemIds,
    items,
    userGramian: gramian(users),
    userSample: { userIds: Array.from({ length: SAMPLED_USERS }, (_, n) => `u${n}`).sort(), factors: users },
    users: SAMPLED_USERS,
    positives: Int32Array.from(itemIds, () => Math.floor(50 * random())),
    ratings: 1_000,
    metrics: {},
    watermark: new Array(8).fill(1_000),
    trainSeconds: 0.1,
    epochsRun: 1,
  })
}

const itemsSide = (factors: Factors): FixedSide => ({ factors, gramian: gramian(factors) })

function together(x: FixedSide, y: FixedSide): FixedSide {
  const data = new Float32Array(x.factors.data.length + y.factors.data.length)
  data.set(x.factors.data)
  data.set(y.factors.data, x.factors.data.length)
  const factors = { ...x.factors, rows: x.factors.rows + y.factors.rows, data }
  return { factors, gramian: x.gramian.map((sum, k) => sum + (y.gramian[k] as number)) }
}

let madeFillers: (FixedSide & { readonly itemIds: readonly string[] }) | undefined

function fillers() {
  madeFillers ??= {
    ...itemsSide(randomFactors(seededRandom(0), FILLERS, LARGE_D)),
    itemIds: Array.from({ length: FILLERS }, (_, n) => `x${String(n).padStart(5, '0')}`),
  }
  return madeFillers
}

function randomFactors(random: Random, rows: number, d: number): Factors {
  return { rows, d, data: Float32Array.from({ length: rows * d }, () => normal(random) / d) }
}
