import type { TuningRecord } from '../../infra/model-store/port.ts'
import { TUNED } from '../../models/als/tune.ts'
import type { HyperParameters, Tuned } from '../../models/als/types.ts'

/** A search is due when there are so many times the ratings of the last one. */
const GROWTH = 1.2

/** What no search looks for, of all that the loss and its best values depend on. */
const GIVEN = [
  'factors',
  'regularizationExponent',
  'positiveFrom',
  'dislikeWeight',
  'topWeight',
  'topValue',
  'activityExponent',
] as const

/** What was set, and which values were left to the search. */
export interface Settings {
  /** With starting values for what is searched. */
  readonly hyperParameters: HyperParameters
  readonly search: readonly Tuned[]
}

/** The hyper-parameters to train with: what the last search chose where that was left to it, else the starting values. */
export function currentValues({ hyperParameters, search }: Settings, last: TuningRecord | undefined): HyperParameters {
  const chosen = last && search.map((name) => [name, last.tuning[name]])
  return { ...hyperParameters, ...Object.fromEntries(chosen ?? []) }
}

/** Whether there is something to search for, with so many ratings. */
export function isSearchDue(settings: Settings, last: TuningRecord | undefined, ratings: number): boolean {
  if (settings.search.length === 0) return false
  return !isSettled(settings, last) || ratings >= GROWTH * last.ratings
}

/** Whether the last search, of these very values beside these very settings, was not broken off: later ones stay near. */
export function isSettled(settings: Settings, last: TuningRecord | undefined): last is TuningRecord {
  if (last === undefined || last.tuning.end === 'stopped') return false
  const { search, hyperParameters } = settings
  const given = TUNED.filter((name) => !search.includes(name))
  return (
    search.every((name) => last.tuning.search.includes(name)) &&
    haveSame([...GIVEN, ...given], last.hyperParameters, hyperParameters)
  )
}

/** Whether a model was trained as these settings say, whatever a search has chosen for the rest. */
export function isMadeFor({ hyperParameters, search }: Settings, made: HyperParameters): boolean {
  return haveSame([...GIVEN, ...TUNED.filter((name) => !search.includes(name))], made, hyperParameters)
}

/** Whether both minimise the same loss: what one of them has learnt is a good beginning for the other. */
export const haveSameLoss = (one: HyperParameters, other: HyperParameters): boolean =>
  haveSame([...GIVEN, ...TUNED], one, other)

function haveSame(names: readonly (keyof HyperParameters)[], one: HyperParameters, other: HyperParameters): boolean {
  return names.every((name) => one[name] === other[name])
}
