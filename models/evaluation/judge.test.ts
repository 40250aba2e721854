import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createJudge } from './judge.ts'
import { type Metric, metricOf } from './named-metrics.ts'
import type { Query } from './split.ts'

const fitted = { users: 1, owners: Int32Array.of(1, 1, 1, 1) }
const metrics = (...names: string[]): Metric[] => names.map((name) => metricOf(name) as Metric)
const nothing = { items: new Int32Array(), values: new Float32Array() }
const query = (parts: Partial<Query>): Query => ({
  row: 0,
  history: nothing,
  known: new Int32Array(),
  relevant: new Int32Array(),
  missed: 0,
  tested: nothing,
  candidates: undefined,
  ...parts,
})
const scoring = (...scores: number[]) => ({ scores: (_: unknown, into: Float32Array) => into.set(scores) })

it('comes to the same figures from a list of length K as from the whole ranking', () => {
  const item = fc.record({
    score: fc.integer({ min: -2, max: 2 }),
    kind: fc.constantFrom('known', 'relevant', 'other'),
  })
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 12 }), (items, k) => {
      const of = (kind: string): Int32Array => Int32Array.from(items.keys().filter((n) => items[n]?.kind === kind))
      const asking = query({ known: of('known'), relevant: of('relevant'), missed: 1 })
      const names = ['recall', 'ndcg', 'map', 'hr', 'precision', 'recall-min'].map((name) => `${name}@${k}`)
      const [lists, whole] = [metrics(...names), metrics(...names, 'mrr')].map((asked) => {
        const judge = createJudge(asked, { users: 1, owners: new Int32Array(items.length) })
        judge.ask(scoring(...items.map(({ score }) => score)), items.length, asking)
        return judge.judgement().figures
      })
      expect(whole).toMatchObject(lists ?? {})
    }),
  )
})

it('counts the users who were asked for, whichever metric asked', () => {
  const judge = createJudge(metrics('recall@1', 'rmse'), fitted)
  const star = { items: Int32Array.of(2), values: Float32Array.of(3) }
  const model = { ...scoring(4, 3, 2, 1), estimates: (_: unknown, into: Float32Array) => void into.fill(5) }
  judge.ask(model, 4, query({ row: 7, relevant: Int32Array.of(0) }))
  judge.ask(model, 4, query({ row: 8, tested: star }))
  judge.ask(model, 4, query({ row: 9 }))
  expect(judge.judgement()).toEqual({ users: 2, figures: { 'recall@1': 1, rmse: 2 } })
})

it('has no rmse of a model that does not estimate', () => {
  const judge = createJudge(metrics('rmse'), fitted)
  judge.ask(scoring(1, 1, 1, 1), 4, query({ tested: { items: Int32Array.of(2), values: Float32Array.of(3) } }))
  expect(judge.judgement().figures).toEqual({ rmse: Number.NaN })
})

it('refuses a score that is not a number', () => {
  const judge = createJudge(metrics('ndcg@2'), fitted)
  expect(() => judge.ask(scoring(1, Number.NaN, 0, 0), 4, query({ relevant: Int32Array.of(0) }))).toThrow(/item 1/)
})
