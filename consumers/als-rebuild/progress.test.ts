import { expect, it } from 'vitest'
import { TUNING } from '../../infra/model-store/generation.fixture.ts'
import { epochInWords, searchInWords } from './progress.ts'

it('tells how far training is, and about how long it takes yet', () => {
  const metrics = { 'ndcg@10': 0.14159 }
  expect(epochInWords({ epoch: 7, epochs: 16, metrics }, 2.4)).toBe(
    'epoch 7/16, at most 3.1 s of training left, held-out ndcg@10 0.142',
  )
  expect(epochInWords({ epoch: 16, epochs: 16, metrics: { pairs: 0 } }, 5)).toBe('epoch 16/16')
})

it('tells what a search has found so far', () => {
  expect(searchInWords({ soFar: { ...TUNING, runs: 7 }, secondsLeft: 40.7 })).toBe(
    'search 7, 41 s left, best ndcg@100 0.280 on the pairs of the search, with regularization λ 0.03 and weight α0 0.01 of what is not rated',
  )
})
