import type { Setting, Settings } from '../../models/evaluation/models.ts'
import { ConfigError } from '../errors.ts'

/** A model that takes part, and what can be set of it. */
export interface Settable {
  readonly name: string
  readonly settings: Readonly<Record<string, Setting>>
}

/**
 * What `--set NAME=VALUE` says of a model. NAME may be MODEL.NAME, where several models have a setting of that name.
 *
 * @throws ConfigError when no model that takes part has such a setting, or it does not take the value
 */
export function givenOf(model: string, models: readonly Settable[], set: readonly string[]): Settings {
  const given = set.flatMap((text) => assignmentOf('set', text, models)).filter((one) => one.model === model)
  return Object.fromEntries(given.map(({ name, text, value }) => [name, value(text)]))
}

/** Every combination of what `--grid NAME=VALUE,VALUE…` says of a model. @throws ConfigError as above */
export function gridOf(model: string, models: readonly Settable[], grid: readonly string[]): Settings[] {
  const axes = grid.flatMap((text) => assignmentOf('grid', text, models)).filter((one) => one.model === model)
  return axes.reduce<Settings[]>(
    (combinations, { name, text, value }) =>
      combinations.flatMap((one) => text.split(',').map((each) => ({ ...one, [name]: value(each) }))),
    [{}],
  )
}

interface Assignment {
  readonly model: string
  readonly name: string
  readonly text: string
  /** @throws ConfigError */
  readonly value: (text: string) => number
}

/** One for each model that has the setting. */
function assignmentOf(flag: string, given: string, models: readonly Settable[]): Assignment[] {
  const [, prefix, name = '', text = ''] = /^(?:([a-z-]+)\.)?([a-zA-Z0-9]+)=(.+)$/.exec(given) ?? []
  const having = models.filter((model) => (prefix ?? model.name) === model.name && Object.hasOwn(model.settings, name))
  if (having.length === 0) {
    const known = models.flatMap((model) => Object.keys(model.settings).map((setting) => `${model.name}.${setting}`))
    throw new ConfigError(
      `--${flag}: expected NAME=VALUE${flag === 'grid' ? ',VALUE…' : ''} with a NAME of ${known.join(', ') || 'a model that has settings'}, not '${given}'`,
    )
  }
  return having.map((model) => ({
    model: model.name,
    name,
    text,
    value: (each) => numberIn(model.settings[name] as Setting, each, `--${flag} ${name}`),
  }))
}

function numberIn({ min, max = Infinity, whole }: Setting, text: string, where: string): number {
  const value = Number(text)
  const isIn = text.trim() !== '' && value >= min && value <= max && Number.isFinite(value)
  if (isIn && (!whole || Number.isInteger(value))) return value
  const kind = whole ? 'a whole number' : 'a number'
  const range = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`
  throw new ConfigError(`${where}: expected ${kind} ${range}, not '${text}'`)
}
