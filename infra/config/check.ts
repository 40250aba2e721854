import { ConfigError } from '../errors.ts'
import { type Config, flagOf, isServiceLink, names } from './settings.ts'
import { ROLES } from './values.ts'

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
