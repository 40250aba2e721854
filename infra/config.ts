import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { ConfigError } from './errors.ts'

export const ROLES = ['gateway', 'updater', 'sink', 'rebuilder'] as const
export type Role = (typeof ROLES)[number]

/** A hyper-parameter given by hand, or left to the rebuild. */
export type Auto = number | 'auto'

function text(value: string): string {
  if (value !== '') return value
  throw new Error('a value')
}

function integer(min: number, max: number) {
  return (value: string): number => {
    if (/^\d+$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value)
    throw new Error(`a whole number from ${min} to ${max}`)
  }
}

function decimal(min: number) {
  return (value: string): number => {
    if (value.trim() !== '' && Number.isFinite(Number(value)) && Number(value) >= min) return Number(value)
    throw new Error(Number.isFinite(min) ? `a number of at least ${min}` : 'a number')
  }
}

function autoOr(parse: (value: string) => number) {
  return (value: string): Auto => {
    if (value === 'auto') return 'auto'
    try {
      return parse(value)
    } catch (error) {
      throw new Error(`'auto' or ${(error as Error).message}`)
    }
  }
}

function storeUrl(...schemes: string[]) {
  return (value: string): string => {
    const isOf = (scheme: string): boolean =>
      scheme === 'embedded:' ? value === scheme : value.startsWith(scheme) && value.length > scheme.length
    if (!schemes.some(isOf)) throw new Error(schemes.map((one) => (one === 'embedded:' ? one : `${one}…`)).join(', '))
    // Several brokers are no URL: whoever connects to them reads them.
    if (!/^(?:redis|http)s?:/.test(value)) return value
    const { username, password } = URL.parse(value) ?? {}
    if (username !== undefined && !value.includes('@')) return value
    if (username || password) return value
    throw new Error('an address; in its user name and password, all but letters and digits are percent-encoded')
  }
}

function share(value: string): number {
  const parsed = value.trim() === '' ? Number.NaN : Number(value)
  if (parsed >= 0 && parsed <= 1) return parsed
  throw new Error('a share from 0 (none) to 1 (all)')
}

/** @returns undefined: off */
function tolerance(value: string): number | undefined {
  if (value === 'off') return undefined
  try {
    return decimal(0)(value)
  } catch (error) {
    throw new Error(`${(error as Error).message}, or 'off'`)
  }
}

/** Longer ones are no time for a timer. */
const MAX_DURATION_MS = 2 ** 31 - 1
/** The longest that a read may wait for a write. */
export const LONGEST_WAIT_MS = 10_000
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** @returns milliseconds; undefined: off */
function duration(value: string): number | undefined {
  if (value === 'off') return undefined
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(value) ?? []
  const ms = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
  if (ms > 0 && ms <= MAX_DURATION_MS) return ms
  throw new Error("a duration such as 90s, 30m or 1h, of at most 24d, or 'off'")
}

/** The same, for what must not end a read that waits for a write. */
function requestBudget(value: string): number | undefined {
  const ms = duration(value)
  if (ms === undefined || ms > LONGEST_WAIT_MS) return ms
  throw new Error(`a duration of more than ${LONGEST_WAIT_MS / 1000}s, for which reads may wait for a write, or 'off'`)
}

/** @returns requests a second, Infinity: 'off'; undefined: it is neither */
export function rateOf(value: string): number | undefined {
  if (value === 'off') return Number.POSITIVE_INFINITY
  return /^\d*\.?\d+$/.test(value) && Number(value) > 0 ? Number(value) : undefined
}

function requestRate(value: string): number {
  const rate = rateOf(value)
  if (rate !== undefined) return rate
  throw new Error("requests a second, above 0, or 'off'")
}

/** @returns what a browser calls the place of an address; undefined: it is none of the web */
const originIn = (address: string): string | undefined =>
  /^https?:/.test(address) ? URL.parse(address)?.origin : undefined

function origins(value: string): readonly string[] {
  const named = value.split(',').map((origin) => origin.trim())
  const wrong = named.find((origin) => originIn(origin) !== origin)
  if (wrong === undefined) return named
  const meant = originIn(wrong)
  const advice =
    meant === undefined
      ? `, and ${wrong === '*' ? "'*' is every page there is" : `'${wrong}' is none`}`
      : `: '${meant}' for '${wrong}'`
  throw new Error(`origins such as https://shop.example, comma-separated${advice}`)
}

/** Shorter ones can be guessed. */
const MIN_SECRET = 16

function secret(value: string): string {
  if (value.length >= MIN_SECRET) return value
  throw new Error(`a text of at least ${MIN_SECRET} characters that nobody can guess`)
}

function scale(value: string): { min: number; max: number } {
  const [, min, max] = /^(-?[\d.]+)-(-?[\d.]+)$/.exec(value) ?? []
  if (Number(min) < Number(max)) return { min: Number(min), max: Number(max) }
  throw new Error('a range such as 0.5-5')
}

function roles(value: string): readonly Role[] {
  const named = value.split(',').map((role) => role.trim())
  if (named.every((role) => ROLES.includes(role as Role))) return ROLES.filter((role) => named.includes(role))
  throw new Error(`some of ${ROLES.join(',')}`)
}

function oneOf<const T extends string>(...values: T[]) {
  return (value: string): T => {
    if (values.includes(value as T)) return value as T
    throw new Error(values.join(', '))
  }
}

/** In the order given. */
function someOf<const T extends string>(...values: T[]) {
  return (value: string): readonly T[] => {
    const named = value.split(',').map((name) => name.trim())
    if (named.every((name) => values.includes(name as T)) && new Set(named).size === named.length) return named as T[]
    throw new Error(`some of ${values.join(',')}, each once`)
  }
}

/**
 * Every setting: how its text is read and what stands when it is not given. Its flag, if any, is its name with dashes. The text of
 * one that may hold a secret is not repeated to whoever got it wrong.
 */
const SETTINGS = {
  EVENT_LOG_URL: { parse: storeUrl('embedded:', 'kafka://'), default: 'embedded:', secret: true },
  USER_STATE_URL: { parse: storeUrl('embedded:', 'redis://', 'rediss://'), default: 'embedded:', secret: true },
  RATING_STORE_URL: { parse: storeUrl('embedded:', 'http://', 'https://'), default: 'embedded:', secret: true },
  MODEL_STORE_URL: {
    parse: storeUrl('embedded:', 'redis://', 'rediss://', 'file:///'),
    default: 'embedded:',
    secret: true,
  },
  PORT: { parse: integer(0, 65_535), default: undefined, flag: true },
  HOST: { parse: text, default: '127.0.0.1', flag: true },
  CLICKHOUSE_PORT: { parse: integer(0, 65_535), default: undefined, flag: true, isAlsoServiceLink: true },
  DATA_DIR: { parse: text, default: './data', flag: true },
  ROLES: { parse: roles, default: ROLES.join(','), flag: true },
  DATASET: { parse: text, default: undefined, flag: true },
  DATASETS_DIR: { parse: text, default: undefined },
  REBUILD_INTERVAL: { parse: duration, default: '1h' },
  REBUILD_TOLERANCE: { parse: tolerance, default: '3' },
  RATING_SCALE: { parse: scale, default: undefined },
  POSITIVE_FROM: { parse: decimal(Number.NEGATIVE_INFINITY), default: undefined },
  FACTORS: { parse: integer(1, 512), default: '64' },
  EPOCHS: { parse: integer(1, 1000), default: '16' },
  DISLIKE_WEIGHT: { parse: decimal(0), default: '0' },
  TOP_WEIGHT: { parse: decimal(0), default: '1' },
  ACTIVITY_EXPONENT: { parse: decimal(0), default: '0' },
  REGULARIZATION: { parse: autoOr(decimal(0)), default: 'auto' },
  UNOBSERVED_WEIGHT: { parse: autoOr(decimal(0)), default: 'auto' },
  TUNING_BUDGET: { parse: duration, default: '60s' },
  // One core is left to whoever asks for recommendations meanwhile.
  THREADS: { parse: integer(1, 1024), default: String(Math.max(1, availableParallelism() - 1)) },
  MAX_HISTORY: { parse: integer(1, 1_000_000), default: '10000' },
  API_KEYS: { parse: text, default: undefined },
  FALLBACKS: {
    parse: someOf('similar', 'trending', 'popular'),
    default: 'similar,trending,popular',
    // Whoever lists none means none, and there is always one.
    refusesEmpty: true,
  },
  RATE_LIMIT: { parse: requestRate, default: 'off' },
  CORS_ORIGINS: { parse: origins, default: undefined },
  REQUEST_BUDGET: { parse: requestBudget, default: '15s' },
  SERVED_SAMPLE: { parse: share, default: '1' },
  PAGES: { parse: oneOf('on', 'off'), default: 'on' },
  COOKIE_SECRET: { parse: secret, default: undefined, secret: true },
  DEMO: { parse: oneOf('0', '1'), default: '0' },
  TMDB_API_KEY: { parse: text, default: undefined, secret: true },
  LOG_LEVEL: { parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), default: 'info' },
} satisfies Record<
  string,
  {
    parse: (value: string) => unknown
    default: string | undefined
    flag?: true
    secret?: true
    refusesEmpty?: true
    isAlsoServiceLink?: true
  }
>

type Settings = typeof SETTINGS
type Name = keyof Settings
type Value<N extends Name> =
  | ReturnType<Settings[N]['parse']>
  | (Settings[N]['default'] extends undefined ? undefined : never)
export type Config = { readonly [N in Name]: Value<N> }

const names = Object.keys(SETTINGS) as Name[]
const flagOf = (name: Name): string => name.toLowerCase().replaceAll('_', '-')
const hasFlag = (name: Name): boolean => 'flag' in SETTINGS[name]

/**
 * What Kubernetes sets in every pod, and `docker run --link` in a container, for a service: `clickhouse` makes
 * CLICKHOUSE_PORT=tcp://10.0.0.1:8123 of itself. Nobody who starts foldstream asked for that.
 */
const SERVICE_LINK = /^(?:tcp|udp|sctp):\/\//
const isServiceLink = (name: Name, value: string | undefined): boolean =>
  'isAlsoServiceLink' in SETTINGS[name] && SERVICE_LINK.test(value ?? '')

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

/** Names of the stores, as their variables name them, that live in this process's data folder. */
export function embeddedStores(config: Config): string[] {
  const urls = ['EVENT_LOG_URL', 'USER_STATE_URL', 'RATING_STORE_URL', 'MODEL_STORE_URL'] as const
  return urls.filter((name) => config[name].startsWith('embedded:'))
}

/** Whether only programs of this machine reach the host. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)

/** What is allowed, and hardly meant. */
export function warningsOf(config: Config, env: Readonly<Record<string, string | undefined>>): string[] {
  return [...ofGateway(config), ...linksIn(env)]
}

const linksIn = (env: Readonly<Record<string, string | undefined>>): string[] =>
  names
    .filter((name) => isServiceLink(name, env[name]))
    .map(
      (name) =>
        `${name}=${env[name]} is what Kubernetes sets for a service of that name, and is not taken for a setting: name a port by --${flagOf(name)}.`,
    )

function ofGateway(config: Config): string[] {
  const { ROLES: roles, CORS_ORIGINS: origins = [], API_KEYS, COOKIE_SECRET } = config
  if (!roles.includes('gateway')) return []
  const isOpen = origins.length > 0 && API_KEYS === undefined
  // A data folder keeps one that is minted.
  const forgetsPeople = COOKIE_SECRET === undefined && embeddedStores(config).length === 0
  return [
    ...(isOpen
      ? [
          `CORS_ORIGINS without API_KEYS: whoever opens a page of ${origins.join(' or ')} on this machine lets it read and write everything here, erasures and /v1/admin too. Set API_KEYS unless that is meant.`,
        ]
      : []),
    ...(forgetsPeople
      ? [
          'COOKIE_SECRET is not set: one is minted for this process alone. Whoever uses the film pages is a stranger after a restart, and to other gateways. Set the same one for all of them.',
        ]
      : []),
  ]
}

/**
 * What can be refused before anything is opened.
 * @throws ConfigError for fewer than four roles beside an embedded store, for an open door beyond loopback, for a rate limit of no keys,
 *   and for a port of a ClickHouse that has its own
 */
export function checkConfig(config: Config): void {
  const embedded = embeddedStores(config)
  if (config.ROLES.length < ROLES.length && embedded.length > 0)
    throw new ConfigError(
      `--roles ${config.ROLES.join(',')}: embedded stores belong to one process, and ${embedded.join(', ')} ${embedded.length > 1 ? 'are' : 'is'} embedded. ` +
        'Leave --roles out, or point these variables to real services.',
    )
  if (!isLoopback(config.HOST) && config.API_KEYS === undefined)
    throw new ConfigError(
      `--host ${config.HOST}: refused without API_KEYS, since anybody who reaches that address could read and write. Set API_KEYS, or leave --host out.`,
    )
  if (config.RATE_LIMIT !== Number.POSITIVE_INFINITY && config.API_KEYS === undefined)
    throw new ConfigError('RATE_LIMIT: limits each key, and there are none. Set API_KEYS, or leave RATE_LIMIT out.')
  if (config.CLICKHOUSE_PORT !== undefined && config.RATING_STORE_URL !== 'embedded:')
    throw new ConfigError(
      `--clickhouse-port ${config.CLICKHOUSE_PORT}: opens the embedded ClickHouse, and ratings are on the server at ${URL.parse(config.RATING_STORE_URL)?.host}, which has a port of its own. ` +
        'Leave it out, and make a user there who only reads: infra/rating-store/analysts.sql says how.',
    )
}
