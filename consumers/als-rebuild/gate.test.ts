import { expect, it } from 'vitest'
import { judge } from './gate.ts'

const figures = (figure: number, users = 100) => ({
  ...{ live: 'g1', metric: 'ndcg@100', figure, liveFigure: 0.25, standardError: 0.01, users, pairs: 2 * users },
})
const verdict = (figure: number, { tolerance = 3, force = false, users = 100 } = {}) =>
  judge(figures(figure, users), { tolerance, force }).verdict

it('lets pass what is better, or worse within the tolerance', () => {
  expect([0.3, 0.25, 0.221].map((figure) => verdict(figure))).toEqual(['sound', 'sound', 'sound'])
})

it('holds back what is worse beyond it', () => {
  expect(verdict(0.219)).toBe('worse')
  expect(verdict(0.219, { tolerance: 4 })).toBe('sound')
  expect(verdict(0.249, { tolerance: 0 })).toBe('worse')
  expect(judge({ ...figures(0.2), standardError: 0 }, { tolerance: 3, force: false }).verdict).toBe('worse')
})

it('says that it was forced only where it would have been held back', () => {
  expect(verdict(0.2, { force: true })).toBe('forced')
  expect(verdict(0.3, { force: true })).toBe('sound')
})

it('does not judge by few users, nor without a tolerance', () => {
  expect(verdict(0, { users: 29 })).toBe('too-few-users')
  expect(judge(figures(0), { tolerance: undefined, force: false }).verdict).toBe('sound')
})
