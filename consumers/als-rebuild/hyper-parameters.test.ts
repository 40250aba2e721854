import { describe, expect, it } from 'vitest'
import { generationOf, TUNING } from '../../infra/model-store/generation.fixture.ts'
import type { TuningRecord } from '../../infra/model-store/port.ts'
import { TUNED } from '../../models/als/tune.ts'
import { currentValues, isSearchDue, isSettled } from './hyper-parameters.ts'

const { hyperParameters: GIVEN } = generationOf('any')
const AUTO = { hyperParameters: GIVEN, search: TUNED }
const { regularization, unobservedWeight } = TUNING
const LAST: TuningRecord = {
  tuning: TUNING,
  hyperParameters: { ...GIVEN, regularization, unobservedWeight },
  ratings: 1_000,
}

describe('the values to train with', () => {
  it('are the starting ones, then those that the search chose, and always those that were given', () => {
    expect(currentValues(AUTO, undefined)).toEqual(GIVEN)
    expect(currentValues(AUTO, LAST)).toEqual({ ...GIVEN, regularization, unobservedWeight })
    expect(currentValues({ ...AUTO, search: ['unobservedWeight'] }, LAST)).toEqual({ ...GIVEN, unobservedWeight })
    expect(currentValues({ ...AUTO, search: [] }, LAST)).toEqual(GIVEN)
  })
})

describe('a search is due', () => {
  it('once there is a model, and when the ratings have grown by a fifth since', () => {
    expect(isSearchDue(AUTO, undefined, 10)).toBe(true)
    expect(isSearchDue(AUTO, LAST, 1_199)).toBe(false)
    expect(isSearchDue(AUTO, LAST, 1_200)).toBe(true)
  })

  it('when the last one was broken off, and not when it had spent its budget', () => {
    const ended = (end: 'stopped' | 'budget') => ({ ...LAST, tuning: { ...TUNING, end } })
    expect(isSearchDue(AUTO, ended('stopped'), 1_000)).toBe(true)
    expect(isSearchDue(AUTO, ended('budget'), 1_000)).toBe(false)
  })

  it('when the settings beside are others, and widely then', () => {
    for (const change of [{ factors: 8 }, { dislikeWeight: 0.1 }, { positiveFrom: 3 }]) {
      const settings = { ...AUTO, hyperParameters: { ...GIVEN, ...change } }
      expect(isSearchDue(settings, LAST, 1_000)).toBe(true)
      expect(isSettled(settings, LAST)).toBe(false)
    }
    const others = { ...AUTO, hyperParameters: { ...GIVEN, epochs: 99, seed: 9, regularization: 5 } }
    expect(isSearchDue(others, LAST, 1_000)).toBe(false)
  })

  it('when the one that is given is another than it was, or both are to be found', () => {
    const given = (value: number) =>
      ({ hyperParameters: { ...GIVEN, regularization: value }, search: ['unobservedWeight'] }) as const
    expect(isSearchDue(given(regularization), LAST, 1_000)).toBe(false)
    expect(isSearchDue(given(0.5), LAST, 1_000)).toBe(true)
    const one: TuningRecord = { ...LAST, tuning: { ...TUNING, search: ['unobservedWeight'] } }
    expect(isSearchDue(AUTO, one, 1_000)).toBe(true)
  })

  it('never where numbers fix both', () => {
    expect(isSearchDue({ ...AUTO, search: [] }, undefined, 1_000)).toBe(false)
  })
})
