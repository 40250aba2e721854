// How the texts of settings are read. Each throws an error that says what was expected.

export const ROLES = ['gateway', 'updater', 'sink', 'rebuilder'] as const
export type Role = (typeof ROLES)[number]

/** A hyper-parameter given by hand, or left to the rebuild. */
export type Auto = number | 'auto'

export function text(value: string): string {
  if (value !== '') return value
  throw new Error('a value')
}

export function integer(min: number, max: number) {
  return (value: string): number => {
    if (/^\d+$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value)
    throw new Error(`a whole number from ${min} to ${max}`)
  }
}

export function decimal(min: number) {
  return (value: string): number => {
    if (value.trim() !== '' && Number.isFinite(Number(value)) && Number(value) >= min) return Number(value)
    throw new Error(Number.isFinite(min) ? `a number of at least ${min}` : 'a number')
  }
}

export function autoOr(parse: (value: string) => number) {
  return (value: string): Auto => {
    if (value === 'auto') return 'auto'
    try {
      return parse(value)
    } catch (error) {
      throw new Error(`'auto' or ${(error as Error).message}`)
    }
  }
}

export function storeUrl(...schemes: string[]) {
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

export function share(value: string): number {
  const parsed = value.trim() === '' ? Number.NaN : Number(value)
  if (parsed >= 0 && parsed <= 1) return parsed
  throw new Error('a share from 0 (none) to 1 (all)')
}

/** @returns undefined: off */
export function tolerance(value: string): number | undefined {
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
export function duration(value: string): number | undefined {
  if (value === 'off') return undefined
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(value) ?? []
  const ms = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
  if (ms > 0 && ms <= MAX_DURATION_MS) return ms
  throw new Error("a duration such as 90s, 30m or 1h, of at most 24d, or 'off'")
}

/** The same, for what must not end a read that waits for a write. */
export function requestBudget(value: string): number | undefined {
  const ms = duration(value)
  if (ms === undefined || ms > LONGEST_WAIT_MS) return ms
  throw new Error(`a duration of more than ${LONGEST_WAIT_MS / 1000}s, for which reads may wait for a write, or 'off'`)
}

/** @returns requests a second, Infinity: 'off'; undefined: it is neither */
export function rateOf(value: string): number | undefined {
  if (value === 'off') return Number.POSITIVE_INFINITY
  return /^\d*\.?\d+$/.test(value) && Number(value) > 0 ? Number(value) : undefined
}

export function requestRate(value: string): number {
  const rate = rateOf(value)
  if (rate !== undefined) return rate
  throw new Error("requests a second, above 0, or 'off'")
}

/** @returns what a browser calls the place of an address; undefined: it is none of the web */
const originIn = (address: string): string | undefined =>
  /^https?:/.test(address) ? URL.parse(address)?.origin : undefined

export function origins(value: string): readonly string[] {
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

export function secret(value: string): string {
  if (value.length >= MIN_SECRET) return value
  throw new Error(`a text of at least ${MIN_SECRET} characters that nobody can guess`)
}

export function scale(value: string): { min: number; max: number } {
  const [, min, max] = /^(-?[\d.]+)-(-?[\d.]+)$/.exec(value) ?? []
  if (Number(min) < Number(max)) return { min: Number(min), max: Number(max) }
  throw new Error('a range such as 0.5-5')
}

export function roles(value: string): readonly Role[] {
  const named = value.split(',').map((role) => role.trim())
  if (named.every((role) => ROLES.includes(role as Role))) return ROLES.filter((role) => named.includes(role))
  throw new Error(`some of ${ROLES.join(',')}`)
}

export function oneOf<const T extends string>(...values: T[]) {
  return (value: string): T => {
    if (values.includes(value as T)) return value as T
    throw new Error(values.join(', '))
  }
}

/** In the order given. */
export function someOf<const T extends string>(...values: T[]) {
  return (value: string): readonly T[] => {
    const named = value.split(',').map((name) => name.trim())
    if (named.every((name) => values.includes(name as T)) && new Set(named).size === named.length) return named as T[]
    throw new Error(`some of ${values.join(',')}, each once`)
  }
}
