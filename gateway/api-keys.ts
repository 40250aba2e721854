import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { rateOf } from '../infra/config/values.ts'
import { ConfigError, messageOf } from '../infra/errors.ts'
import type { Logger } from '../infra/logging.ts'
import { SCOPES, type Scope } from './schemas/answers.ts'

/** A key by its SHA-256: the key itself is kept nowhere. */
export interface ApiKey {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly sha256: Buffer
  /** Requests a second; Infinity: as many as it likes; undefined: as many as RATE_LIMIT says. */
  readonly rate: number | undefined
}

/** The keys of the moment. An entry that stays as it was stays the same object. */
export interface ApiKeys {
  current(): readonly ApiKey[]
  close(): void
}

const FORM = `name:scopes:sha256 or name:scopes:sha256:rate, with scopes of ${SCOPES.join('+')}, the SHA-256 of the key in hex, and requests a second or 'off'`
/** How often a file of keys is looked at. */
const LOOK_MS = 1_000

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * Reads `API_KEYS`: `name:scopes:sha256[:rate]`, comma-separated, scopes joined by `+`; or `file:PATH`, a file of the same with a
 * line for each key (an empty line or one that starts with `#` says nothing). A file without a key lets nobody in.
 * @throws ConfigError that names the key which does not fit, never the hash
 */
export function readApiKeys(text: string): readonly ApiKey[] {
  const path = pathOf(text)
  return path === undefined ? parseVariable(text) : parse(read(path))
}

/**
 * As readApiKeys, and a file is read again as often as it changes. One that can no longer be read leaves the keys as they were,
 * and an error in the log.
 */
export function followApiKeys(text: string, logger: Logger, lookMs: number = LOOK_MS): ApiKeys {
  const path = pathOf(text)
  if (path === undefined) {
    const keys = parseVariable(text)
    return { current: () => keys, close() {} }
  }
  let seen = read(path)
  let keys = parse(seen)
  warnOfNone()
  /** What was wrong when it was last looked at: it is told once. */
  let fault: string | undefined

  async function look(file: string): Promise<void> {
    try {
      // The whole file, for it is small: its time and size may stay the same when it changes.
      const found = await readFile(file, 'utf8')
      if (found === seen && fault === undefined) return
      const next = parse(found)
      keys = next.map((key) => keys.find((standing) => isSame(standing, key)) ?? key)
      if (found !== seen) {
        logger.info({ path, keys: keys.map(({ name }) => name) }, 'API keys read anew')
        warnOfNone()
      }
      seen = found
      fault = undefined
    } catch (error) {
      const message = messageOf(error)
      if (message !== fault) logger.error({ path, err: error }, 'API_KEYS cannot be read anew; the keys of before stay')
      fault = message
    }
  }

  function warnOfNone(): void {
    if (keys.length === 0) logger.warn({ path }, 'API_KEYS names a file without a key: nobody is let in')
  }

  const looking = setInterval(() => void look(path), lookMs).unref()
  return { current: () => keys, close: () => clearInterval(looking) }
}

const pathOf = (text: string): string | undefined => (text.startsWith('file:') ? text.slice('file:'.length) : undefined)

/** A variable that lists nothing was forgotten; a file that does was emptied to take every key back. */
function parseVariable(text: string): readonly ApiKey[] {
  const keys = parse(text)
  if (keys.length === 0) throw new ConfigError('API_KEYS: expected at least one name:scopes:sha256')
  return keys
}

function parse(text: string): readonly ApiKey[] {
  const entries = text.split('\n').flatMap((line) => (line.trim().startsWith('#') ? [] : line.split(',')))
  const stated = entries.map((entry) => entry.trim()).filter((entry) => entry !== '')
  return stated.map(readKey)
}

function readKey(entry: string, index: number): ApiKey {
  const [name, scopes, sha256, rate, ...rest] = entry.split(':')
  const listed = scopes?.split('+') ?? []
  const perSecond = rate === undefined ? undefined : rateOf(rate)
  const isWhole = name && sha256 && rest.length === 0 && /^[0-9a-f]{64}$/i.test(sha256)
  if (
    !isWhole ||
    (rate !== undefined && perSecond === undefined) ||
    !listed.every((scope): scope is Scope => SCOPES.includes(scope as Scope))
  )
    throw new ConfigError(`API_KEYS: entry ${index + 1} does not fit. Expected ${FORM}.`)
  return { name, scopes: listed, sha256: Buffer.from(sha256, 'hex'), rate: perSecond }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError(`API_KEYS: ${path} cannot be read (${messageOf(error)})`)
  }
}

const isSame = (one: ApiKey, other: ApiKey): boolean =>
  one.name === other.name &&
  one.rate === other.rate &&
  one.scopes.join() === other.scopes.join() &&
  one.sha256.equals(other.sha256)
