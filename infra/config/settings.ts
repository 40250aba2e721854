import { availableParallelism } from 'node:os'
import {
  autoOr,
  decimal,
  duration,
  integer,
  oneOf,
  origins,
  ROLES,
  requestBudget,
  requestRate,
  roles,
  scale,
  secret,
  share,
  someOf,
  storeUrl,
  text,
  tolerance,
} from './values.ts'

/**
 * Every setting: how its text is read and what stands when it is not given. Its flag, if any, is its name with dashes. The text of
 * one that may hold a secret is not repeated to whoever got it wrong.
 */
export const SETTINGS = {
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
export type Name = keyof Settings
type Value<N extends Name> =
  | ReturnType<Settings[N]['parse']>
  | (Settings[N]['default'] extends undefined ? undefined : never)
export type Config = { readonly [N in Name]: Value<N> }

export const names = Object.keys(SETTINGS) as Name[]
export const flagOf = (name: Name): string => name.toLowerCase().replaceAll('_', '-')
export const hasFlag = (name: Name): boolean => 'flag' in SETTINGS[name]

/**
 * What Kubernetes sets in every pod, and `docker run --link` in a container, for a service: `clickhouse` makes
 * CLICKHOUSE_PORT=tcp://10.0.0.1:8123 of itself. Nobody who starts foldstream asked for that.
 */
const SERVICE_LINK = /^(?:tcp|udp|sctp):\/\//
export const isServiceLink = (name: Name, value: string | undefined): boolean =>
  'isAlsoServiceLink' in SETTINGS[name] && SERVICE_LINK.test(value ?? '')
