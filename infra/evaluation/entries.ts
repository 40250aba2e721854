import { MODELS, type Settings } from '../../models/evaluation/models.ts'
import { ConfigError } from '../errors.ts'
import { givenOf, gridOf } from './settings.ts'

/** A model, what is set of it, and what is to be searched. */
export interface Entry {
  readonly model: string
  /** All but what a grid searches. */
  readonly settings: Settings
  /** Every combination to try; empty where no grid is searched. */
  readonly grid: readonly Settings[]
  /** Names of the settings that the model is to find by itself. */
  readonly tune: readonly string[]
}

/**
 * The models that take part, each with its own defaults.
 *
 * @param set   of `--set`
 * @param grid  of `--grid`
 * @throws ConfigError that says what was expected
 */
export function entriesOf(
  models: readonly string[],
  set: readonly string[],
  grid: readonly string[],
  tune: boolean,
): Entry[] {
  const known = models.map((name) => ({ name, settings: MODELS[name]?.settings ?? {} }))
  const entries = known.map(({ name, settings }): Entry => {
    const given = givenOf(name, known, set)
    const [only = {}, ...others] = gridOf(name, known, grid)
    const defaults = Object.entries(settings).map(([setting, { default: preset }]) => [setting, preset] as const)
    const fixed = { ...Object.fromEntries(defaults), ...given }
    const free =
      MODELS[name]?.tuning?.finds.filter((setting) => tune && !Object.hasOwn({ ...given, ...only }, setting)) ?? []
    if (others.length > 0 && free.length > 0)
      throw new ConfigError(`${name}: expected --tune or --grid, not both (--grid MODEL.NAME=… searches one model)`)
    // One combination is no search.
    if (others.length === 0) {
      return { model: name, settings: { ...fixed, ...only }, grid: [], tune: free }
    }
    const rest = Object.entries(fixed).filter(([setting]) => !Object.hasOwn(only, setting))
    return { model: name, settings: Object.fromEntries(rest), grid: [only, ...others], tune: [] }
  })
  if (tune && entries.every((entry) => entry.tune.length === 0))
    throw new ConfigError('--tune: expected a model that finds settings by itself (als), with some of them not set')
  return entries
}
