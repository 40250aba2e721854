import { describe, expect, it } from 'vitest'
import { type Metric, metricOf } from '../named-metrics.ts'
import { allOf, HISTORY, type Marks, TEST, TRAINING, UNUSED } from '../split.ts'
import { given } from './given.ts'
import { leaveOneOut } from './leave-one-out.ts'
import { perUserHoldout } from './per-user-holdout.ts'
import { createTrial } from './protocol.ts'
import { pairsOf, spy, tableOf } from './small-world.fixture.ts'
import { strongGeneralisation } from './strong-generalisation.ts'
import { temporal } from './temporal.ts'

const metrics = (...names: string[]): Metric[] => names.map((name) => metricOf(name) as Metric)

/** `count` positives and a dislike. */
const fan = (user: string, count: number): string[] => [
  ...Array.from({ length: count }, (_, n) => `${user} i${n} 5 ${n}`),
  `${user} z 1 0`,
]

describe('per-user hold-out', () => {
  const table = tableOf(...fan('ann', 11), ...fan('bob', 5), ...fan('cid', 4))
  const protocol = perUserHoldout({ minPositives: 5, withLow: false })

  it('holds out ⌊n/5⌋ positives of every user with five, and does not use the others', () => {
    const marks = protocol.mark(table, allOf(table), 1)
    const tests = pairsOf(table, marks, TEST)
    expect(tests.map((pair) => pair.slice(0, 3))).toEqual(['ann', 'ann', 'bob'])
    expect(tests).not.toContain('ann z')
    expect(pairsOf(table, marks, UNUSED)).toHaveLength(5)
    expect(protocol.mark(table, allOf(table), 1)).toEqual(marks)
    expect(protocol.mark(table, allOf(table), 2)).not.toEqual(marks)
  })

  it('keeps an item whose positives were all held out in the catalogue, and dislikes among the candidates', () => {
    const alone = tableOf(...fan('ann', 5), 'bob z 5')
    const { fitSpy, fits, histories } = spy()
    const trial = createTrial(alone, perUserHoldout({ minPositives: 0, withLow: false }), 1, allOf(alone))
    const { users, figures } = trial.measure(fitSpy, 1, metrics('recall@2', 'auc'))
    expect(fits[0]?.itemCount).toBe(6)
    expect(users).toBe(1)
    expect(histories[0]?.values.sort()).toEqual([1, 5, 5, 5, 5])
    // Ranked are the one held out, which comes first, and z.
    expect(figures).toEqual({ 'recall@2': 1, auc: 1 })
  })

  it('never shows the test part to whoever chooses hyper-parameters', () => {
    const marks = protocol.mark(table, allOf(table), 1)
    const seen = createTrial(table, protocol, 1, allOf(table)).validation()
    const { fitSpy, fits } = spy()
    const { users } = seen.measure(fitSpy, 1, metrics('ndcg@10'))
    // Ann has 9 positives left, of which one is held out again; bob has 4, too few.
    expect(users).toBe(1)
    expect(fits[0]?.items).toHaveLength(
      pairsOf(table, marks, TRAINING).filter((pair) => !pair.endsWith(' z')).length - 1,
    )
  })

  it('holds out a fifth of the ratings below the threshold where estimates are measured', () => {
    const low = tableOf(...fan('ann', 5), ...[1, 2, 3, 4].map((n) => `ann y${n} 2`))
    const marks = perUserHoldout({ minPositives: 5, withLow: true }).mark(low, allOf(low), 1)
    expect(pairsOf(low, marks, TEST)).toHaveLength(2)
  })
})

describe('leave one out', () => {
  const table = tableOf('ann a 5 3', 'ann b 5 1', 'ann c 2 9', 'bob a 5 1', 'cid b 4 7', 'cid d 5 7')

  it('holds out the latest positive; of several, the last in item order', () => {
    const marks = leaveOneOut().mark(table, allOf(table), 1)
    expect(pairsOf(table, marks, TEST)).toEqual(['ann a', 'cid d'])
  })

  it('ranks only the given candidates and the one held out', () => {
    const items = (...ids: string[]): Int32Array => Int32Array.from(ids, (id) => table.itemIds.indexOf(id))
    const candidates = (row: number): Int32Array | undefined => [items('d'), undefined, items('a', 'c')][row]
    const { figures } = createTrial(table, leaveOneOut(candidates), 1, allOf(table)).measure(
      spy().fitSpy,
      1,
      metrics('hr@1', 'mrr'),
    )
    // Ann: a before d. Cid: a before d; c, which nobody likes, is not in the catalogue.
    expect(figures).toEqual({ 'hr@1': 1 / 2, mrr: 3 / 4 })
  })
})

describe('strong generalisation', () => {
  const users = Array.from({ length: 10 }, (_, n) => `u${n}`)
  const table = tableOf(...users.flatMap((user) => fan(user, 5)), 'poor i0 5')

  it('fits without a fifth of the users, and folds them in on four fifths of their positives', () => {
    const marks = strongGeneralisation({ withLow: false }).mark(table, allOf(table), 1)
    const tests = pairsOf(table, marks, TEST)
    expect(tests).toHaveLength(2)
    const held = new Set(tests.map((pair) => pair.split(' ')[0]))
    expect(held.size).toBe(2)
    expect(pairsOf(table, marks, HISTORY).map((pair) => pair.split(' ')[0])).toEqual(
      [...held].flatMap((user) => Array(5).fill(user)),
    )
    expect(pairsOf(table, marks, TRAINING)).toContain('poor i0')
  })

  it('counts what only held-out users like as missed', () => {
    const odd = tableOf(...fan('ann', 5), 'bob other 5')
    const { fitSpy, fits } = spy()
    const trial = createTrial(odd, strongGeneralisation({ withLow: false }), 1, allOf(odd))
    expect(fits).toEqual([])
    // Ann alone can be held out; of what she likes nothing is known, so that she is not asked for.
    expect(trial.measure(fitSpy, 1, metrics('recall@5')).users).toBe(0)
    expect(fits[0]).toEqual({ items: [0], values: [5], itemCount: 1 })
  })
})

describe('temporal', () => {
  const table = tableOf('ann a 5 1', 'ann b 5 8', 'ann c 5 9', 'bob a 5 2', 'bob b 2 9', 'cid a 5 9', 'dan b 4 3')

  it('trains before a time and tests from then on', () => {
    const marks = temporal({ time: 8 }).mark(table, allOf(table), 1)
    expect(pairsOf(table, marks, TRAINING)).toEqual(['ann a', 'bob a', 'dan b'])
  })

  it('takes the last share in time order; what has the same time stays together', () => {
    const marks = temporal({ share: 0.9 }).mark(table, allOf(table), 1)
    expect(pairsOf(table, marks, TEST)).toEqual(['ann c', 'bob b', 'cid a'])
  })

  it('asks for users with a known positive; what is new to the catalogue is missed', () => {
    const { fitSpy, histories } = spy()
    const trial = createTrial(table, temporal({ time: 8 }), 1, allOf(table))
    const { users, figures } = trial.measure(fitSpy, 1, metrics('recall@1', 'rmse'))
    // Ann finds b but not c. Bob has nothing to find, but a value to estimate. Cid is new.
    expect(histories).toEqual([{ items: [0], values: [5] }])
    expect(users).toBe(2)
    expect(figures).toEqual({ 'recall@1': 1 / 2, rmse: Number.NaN })
  })
})

describe('given', () => {
  it('tests what was given, and validates on a fifth of the training part', () => {
    const table = tableOf(...fan('ann', 6))
    const marks: Marks = allOf(table)
    marks[5] = TEST
    const trial = createTrial(table, given(marks, { withLow: false }), 1, allOf(table))
    const { fitSpy, fits } = spy()
    trial.measure(fitSpy, 1, metrics('ndcg@10'))
    expect(fits[0]?.items).toEqual([0, 1, 2, 3, 4])
    trial.validation().measure(fitSpy, 1, metrics('ndcg@10'))
    expect(fits[1]?.items).toHaveLength(4)
  })
})
