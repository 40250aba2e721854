import { describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { checkConfig, warningsOf } from './check.ts'
import { readConfig } from './read.ts'

const read = (args: readonly string[], env: Record<string, string> = {}) => readConfig(args, env).config
const warned = (args: readonly string[], env: Record<string, string> = {}) => warningsOf(read(args, env), env)

const REAL = {
  EVENT_LOG_URL: 'kafka://k:9092',
  USER_STATE_URL: 'redis://r',
  RATING_STORE_URL: 'http://c:8123',
  MODEL_STORE_URL: 'redis://r',
}

const ENCODED = 'an address; in its user name and password, all but letters and digits are percent-encoded'

describe('a setting', () => {
  it('comes from its flag, else from its variable, else from its default', () => {
    expect(read([]).PORT).toBeUndefined()
    expect(read([], { PORT: '8080' }).PORT).toBe(8080)
    expect(read(['--port', '0'], { PORT: '8080' }).PORT).toBe(0)
    expect(read([], { FACTORS: '' }).FACTORS).toBe(64)
    expect(read([], { REBUILD_INTERVAL: '90s' }).REBUILD_INTERVAL).toBe(90_000)
    expect(read([], { REBUILD_INTERVAL: 'off' }).REBUILD_INTERVAL).toBeUndefined()
    expect(read([]).TUNING_BUDGET).toBe(60_000)
    expect(read([], { TUNING_BUDGET: 'off' }).TUNING_BUDGET).toBeUndefined()
    expect(read([]).REQUEST_BUDGET).toBe(15_000)
    expect(() => read([], { REQUEST_BUDGET: '10s' })).toThrow('more than 10s')
    expect(() => read([], { REBUILD_INTERVAL: '25d' })).toThrow('at most 24d')
    expect(read([]).RATE_LIMIT).toBe(Number.POSITIVE_INFINITY)
    expect(read([], { RATE_LIMIT: '.5' }).RATE_LIMIT).toBe(0.5)
    expect(read([], { CORS_ORIGINS: 'https://a.example, http://localhost:5173' }).CORS_ORIGINS).toEqual([
      'https://a.example',
      'http://localhost:5173',
    ])
    expect(read([]).THREADS).toBeGreaterThanOrEqual(1)
    expect(read([], { RATING_SCALE: '-1-1' }).RATING_SCALE).toEqual({ min: -1, max: 1 })
  })

  it.each([
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['POSITIVE_FROM', 'most', 'a number'],
    ['DISLIKE_WEIGHT', '-1', 'a number of at least 0'],
    ['THREADS', '0', 'a whole number from 1 to 1024'],
    ['TUNING_BUDGET', '60', "a duration such as 90s, 30m or 1h, of at most 24d, or 'off'"],
    ['REGULARIZATION', '-1', "'auto' or a number of at least 0"],
    ['RATING_SCALE', '5-1', 'a range such as 0.5-5'],
    ['RATING_SCALE', '1..0-5', 'a range such as 0.5-5'],
    ['REBUILD_INTERVAL', '0s', "a duration such as 90s, 30m or 1h, of at most 24d, or 'off'"],
    ['ROLES', 'gateway,cook', 'some of gateway,updater,sink,rebuilder'],
    ['RATE_LIMIT', '0', "requests a second, above 0, or 'off'"],
    ['RATE_LIMIT', '1e3', "requests a second, above 0, or 'off'"],
    ['CORS_ORIGINS', '*', "origins such as https://shop.example, comma-separated, and '*' is every page there is"],
    ['CORS_ORIGINS', 'b.example', "origins such as https://shop.example, comma-separated, and 'b.example' is none"],
    [
      'CORS_ORIGINS',
      'https://a.example,https://B.example/',
      "origins such as https://shop.example, comma-separated: 'https://b.example' for 'https://B.example/'",
    ],
    ['FALLBACKS', '', 'some of similar,trending,popular, each once'],
    ['FALLBACKS', 'popular,', 'some of similar,trending,popular, each once'],
    ['FALLBACKS', 'popular,similar,popular', 'some of similar,trending,popular, each once'],
    ['DEMO', 'yes', '0, 1'],
    ['LOG_LEVEL', 'loud', 'trace, debug, info, warn, error, fatal, silent'],
  ])('%s is refused as %s, saying what was expected', (name, value, expected) => {
    expect(() => read([], { [name]: value })).toThrow(new ConfigError(`${name}: expected ${expected}, not '${value}'`))
  })

  it.each([
    ['EVENT_LOG_URL', 'http://me:PASS@host', 'embedded:, kafka://…'],
    ['EVENT_LOG_URL', 'kafka://', 'embedded:, kafka://…'],
    ['USER_STATE_URL', 'me:PASS@host', 'embedded:, redis://…, rediss://…'],
    ['USER_STATE_URL', 'redis://:PA#SS@host', ENCODED],
    ['USER_STATE_URL', 'redis://:PASS@host:port', ENCODED],
    ['RATING_STORE_URL', 'http://me:12/PASS@host', ENCODED],
    ['MODEL_STORE_URL', 'file://shared', 'embedded:, redis://…, rediss://…, file:///…'],
  ])('%s is refused without repeating it, for a password may stand in it', (name, value, expected) => {
    expect(() => read([], { [name]: value })).toThrow(new ConfigError(`${name}: expected ${expected}`))
  })

  it('may be an address with credentials', () => {
    for (const address of ['redis://:p%23w@host:6379/2', 'rediss://me:pw@host', 'redis://host', 'embedded:'])
      expect(read([], { USER_STATE_URL: address }).USER_STATE_URL).toBe(address)
    expect(read([], { MODEL_STORE_URL: 'file:///models@home' }).MODEL_STORE_URL).toBe('file:///models@home')
  })

  it.each(['host', 'data-dir', 'dataset'])('is refused when --%s is empty: a script forgot to set it', (flag) => {
    expect(() => read([`--${flag}`, ''])).toThrow(new ConfigError(`--${flag}: expected a value, not ''`))
  })

  it.each([
    [['--prot', '1'], /^Unknown option '--prot'; expected: --port --host .*--json$/],
    [['--port'], /^Option '--port <value>' argument missing; expected: --port/],
    [['--port', '--host', 'x'], /^Option '--port' argument is ambiguous; expected: --port/],
    [['--json=yes'], /^Option '--json' does not take an argument; expected: --port/],
  ])('is refused in one line with the flags %j', (args, expected) => {
    expect(() => readConfig(args, {}, { json: 'boolean' })).toThrow(expected)
  })

  it('leaves the words and the own flags of a command to it', () => {
    const { flags, words, config } = readConfig(['als', '--json', '--port', '0'], {}, { json: 'boolean' })
    expect({ flags, words, port: config.PORT }).toEqual({ flags: { json: true }, words: ['als'], port: 0 })
  })
})

describe('fewer than four roles', () => {
  it('are refused beside an embedded store, which is named', () => {
    expect(() => checkConfig(read(['--roles', 'gateway'], { ...REAL, MODEL_STORE_URL: 'embedded:' }))).toThrow(
      /^--roles gateway: .* MODEL_STORE_URL is embedded. Leave --roles out, or point these variables to real services/,
    )
    expect(() => checkConfig(read(['--roles', 'sink']))).toThrow('EVENT_LOG_URL, USER_STATE_URL')
  })

  it('run on real services, in the order of the list however they were named', () => {
    const config = read([], { ...REAL, ROLES: 'sink, gateway' })
    checkConfig(config)
    expect(config.ROLES).toEqual(['gateway', 'sink'])
  })
})

describe('beyond loopback', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('%s is not, and needs no keys', (host) => {
    expect(() => checkConfig(read(['--host', host]))).not.toThrow()
  })

  it.each(['0.0.0.0', '::', '192.168.0.1', '127.0.0.1.example.org'])('%s is refused without keys', (host) => {
    expect(() => checkConfig(read(['--host', host]))).toThrow(/Set API_KEYS, or leave --host out/)
    expect(() => checkConfig(read(['--host', host], { API_KEYS: 'file:keys' }))).not.toThrow()
  })
})

describe('the SQL port', () => {
  it('is refused where ratings are on a server, with the way to do the same there', () => {
    const config = read(['--clickhouse-port', '8123'], { RATING_STORE_URL: 'http://user:secret@clickhouse:8124/d' })
    expect(() => checkConfig(config)).toThrow(/on the server at clickhouse:8124, .*infra\/rating-store\/analysts\.sql/)
    expect(() => checkConfig(read(['--clickhouse-port', '8123']))).not.toThrow()
  })

  it('is not opened by what Kubernetes sets for a service named clickhouse, which is told and stops nobody', () => {
    const env = { ...REAL, CLICKHOUSE_PORT: 'tcp://10.0.0.1:8123' }
    const config = read(['--roles', 'sink'], env)
    expect(config.CLICKHOUSE_PORT).toBeUndefined()
    expect(() => checkConfig(config)).not.toThrow()
    expect(warned(['--roles', 'sink'], env)).toEqual([
      expect.stringMatching(/^CLICKHOUSE_PORT=tcp:.* Kubernetes .*--clickhouse-port/),
    ])
    expect(read(['--clickhouse-port', '9000'], env).CLICKHOUSE_PORT).toBe(9000)
    expect(read([], { CLICKHOUSE_PORT: '9000' }).CLICKHOUSE_PORT).toBe(9000)
    expect(() => read(['--clickhouse-port', 'tcp://10.0.0.1:8123'])).toThrow('a whole number from 0 to 65535')
    expect(() => read([], { CLICKHOUSE_PORT: 'http://10.0.0.1' })).toThrow('a whole number from 0 to 65535')
  })
})

describe('a rate limit', () => {
  it('is refused where there are no keys to count by', () => {
    expect(() => checkConfig(read([], { RATE_LIMIT: '10' }))).toThrow(/Set API_KEYS, or leave RATE_LIMIT out/)
    expect(() => checkConfig(read([], { RATE_LIMIT: '10', API_KEYS: 'file:keys' }))).not.toThrow()
  })
})

describe('pages of other origins', () => {
  const CORS_ORIGINS = 'https://shop.example'

  it('are warned of where they may ask without a key', () => {
    expect(warned([], { CORS_ORIGINS })).toEqual([expect.stringMatching(/^CORS_ORIGINS .*Set API_KEYS/)])
  })

  it('are as they should be with keys, and nobody else is warned of', () => {
    expect(warned([], { CORS_ORIGINS, API_KEYS: 'file:keys' })).toEqual([])
    expect(warned(['--roles', 'sink'], { CORS_ORIGINS })).toEqual([])
    expect(warned([])).toEqual([])
  })
})

it('a secret for cookies that goes with the process is warned of, where no data folder keeps one', () => {
  expect(warned([], REAL)).toEqual([expect.stringMatching(/^COOKIE_SECRET is not set/)])
  expect(warned([], { ...REAL, COOKIE_SECRET: 'x'.repeat(16) })).toEqual([])
  expect(warned(['--roles', 'sink'], REAL)).toEqual([])
})
