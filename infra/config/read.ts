import { parseArgs } from 'node:util'
import { ConfigError } from '../errors.ts'
import { type Config, flagOf, hasFlag, isServiceLink, type Name, names, SETTINGS } from './settings.ts'

/**
 * Reads flags and environment; a flag wins over the variable of the same name, an empty variable is one that is not set.
 * @param args words after the command
 * @param own  flags of this command alone, for example `{ json: 'boolean' }`; of 'list', every time that it is given counts
 * @throws ConfigError that says what was expected
 */
export function readConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  own: Readonly<Record<string, 'boolean' | 'string' | 'list'>> = {},
): {
  config: Config
  flags: Record<string, string | boolean | undefined>
  lists: Record<string, readonly string[]>
  words: string[]
} {
  const known = [...names.filter(hasFlag).map((name) => [flagOf(name), 'string'] as const), ...Object.entries(own)]
  const typed = known.map(([flag, type]) => [flag, type === 'list' ? LIST : { type }] as const)
  const { values, positionals } = parse(args, Object.fromEntries(typed))
  const read = (name: Name): unknown => {
    const flag = hasFlag(name) ? values[flagOf(name)] : undefined
    const variable = isServiceLink(name, env[name]) ? undefined : env[name]
    const found = 'refusesEmpty' in SETTINGS[name] ? variable : variable || undefined
    const given = flag ?? found ?? SETTINGS[name].default
    if (given === undefined) return undefined
    try {
      return SETTINGS[name].parse(String(given))
    } catch (error) {
      const where = flag === undefined ? name : `--${flagOf(name)}`
      const instead = 'secret' in SETTINGS[name] ? '' : `, not '${given}'`
      throw new ConfigError(`${where}: expected ${(error as Error).message}${instead}`)
    }
  }
  const config = Object.fromEntries(names.map((name) => [name, read(name)])) as unknown as Config
  const owned = Object.entries(own).map(([flag, type]) => ({ flag, type, value: values[flag] }))
  const single = owned.filter(({ type }) => type !== 'list')
  const lists = owned.filter(({ type }) => type === 'list')
  return {
    config,
    flags: Object.fromEntries(single.map(({ flag, value }) => [flag, value as string | boolean | undefined])),
    lists: Object.fromEntries(lists.map(({ flag, value }) => [flag, (value ?? []) as string[]])),
    words: positionals,
  }
}

const LIST = { type: 'string', multiple: true } as const

function parse(args: readonly string[], options: Record<string, { type: 'boolean' | 'string'; multiple?: true }>) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true })
  } catch (error) {
    const expected = Object.keys(options).map((flag) => `--${flag}`)
    throw new ConfigError(`${(error as Error).message.split(/\.\s/)[0]}; expected: ${expected.join(' ')}`)
  }
}
