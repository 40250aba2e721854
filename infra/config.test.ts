import { describe, expect, it } from 'vitest'
import { checkConfig, readConfig } from './config.ts'
import { ConfigError } from './errors.ts'

const read = (args: readonly string[], env: Record<string, string> = {}) => readConfig(args, env).config

describe('a setting', () => {
  it('comes from its flag, else from its variable, else from its default', () => {
    expect(read([]).PORT).toBeUndefined()
    expect(read([], { PORT: '8080' }).PORT).toBe(8080)
    expect(read(['--port', '0'], { PORT: '8080' }).PORT).toBe(0)
    expect(read([], { FACTORS: '' }).FACTORS).toBe(64)
    expect(read([], { REBUILD_INTERVAL: '90s' }).REBUILD_INTERVAL).toBe(90_000)
    expect(read([], { REBUILD_INTERVAL: 'off' }).REBUILD_INTERVAL).toBeUndefined()
    expect(read([], { RATING_SCALE: '-1-1' }).RATING_SCALE).toEqual({ min: -1, max: 1 })
  })

  it.each([
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['POSITIVE_FROM', 'most', 'a number'],
    ['REGULARIZATION', '-1', 'a number of at least 0'],
    ['RATING_SCALE', '5-1', 'a range such as 0.5-5'],
    ['RATING_SCALE', '1..0-5', 'a range such as 0.5-5'],
    ['REBUILD_INTERVAL', '0s', "a duration such as 90s, 30m or 1h, or 'off'"],
    ['ROLES', 'gateway,cook', 'some of gateway,updater,sink,rebuilder'],
    ['EVENT_LOG_URL', 'http://host', 'embedded:, kafka://…'],
  ])('%s is refused as %s, saying what was expected', (name, value, expected) => {
    expect(() => read([], { [name]: value })).toThrow(new ConfigError(`${name}: expected ${expected}, not '${value}'`))
  })

  it('is refused by a flag that nobody knows', () => {
    expect(() => read(['--prot', '1'])).toThrow(/Unknown option '--prot'; expected: --port --host/)
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
