import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConfigError } from '../infra/errors.ts'
import { silent } from '../infra/logging.ts'
import { followApiKeys, readApiKeys } from './api-keys.ts'

const hash = 'a'.repeat(64)

/** A file of keys that goes with the test. */
async function keyFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'keys')
  await writeFile(path, text)
  return path
}

describe('API_KEYS', () => {
  it('lists keys with their scopes', () => {
    const keys = readApiKeys(`web:ingest+read:${hash}, ops:admin:${hash.toUpperCase()}`)
    expect(keys.map(({ name, scopes }) => [name, scopes])).toEqual([
      ['web', ['ingest', 'read']],
      ['ops', ['admin']],
    ])
    expect(keys[1]?.sha256.toString('hex')).toBe(hash)
  })

  it('may stand in a file', async () => {
    const path = await keyFile(`# who, and what for\nweb:read:${hash}\n\nops:admin:${hash}\n`)
    expect(readApiKeys(`file:${path}`).map(({ name }) => name)).toEqual(['web', 'ops'])
  })

  it('may name how often each may ask', () => {
    const rates = readApiKeys(`a:read:${hash}:2.5,b:read:${hash}:off,c:read:${hash}`).map(({ rate }) => rate)
    expect(rates).toEqual([2.5, Number.POSITIVE_INFINITY, undefined])
  })

  it.each([
    ['', 'at least one'],
    ['web:read', 'entry 1'],
    [`web:write:${hash}`, 'entry 1'],
    [`:read:${hash}`, 'entry 1'],
    [`web:read:${hash},ops:admin:${hash.slice(1)}`, 'entry 2'],
    [`web:read:${hash}:0`, 'entry 1'],
    [`web:read:${hash}:`, 'entry 1'],
    [`web:read:${hash}:5:6`, 'entry 1'],
    ['file:/no/such/file', '/no/such/file'],
  ])('refuses %j and says where', (text, where) => {
    expect(() => readApiKeys(text)).toThrow(ConfigError)
    expect(() => readApiKeys(text)).toThrow(where)
  })

  it('never repeats a hash in an error', () => {
    expect(() => readApiKeys(`web:write:${hash}`)).not.toThrow(hash)
  })
})

describe('a file of API keys', () => {
  it('is read anew when it changes, and keeps what stays the same', async () => {
    const path = await keyFile(`web:read:${hash}\nops:admin:${hash}`)
    const keys = followApiKeys(`file:${path}`, silent, 5)
    onTestFinished(keys.close)
    const [web, ops] = keys.current()
    await writeFile(path, `web:read:${hash}\nops:read:${hash}`)
    await vi.waitFor(() => expect(keys.current()[1]?.scopes).toEqual(['read']))
    expect(keys.current()[0]).toBe(web)
    expect(keys.current()[1]).not.toBe(ops)
  })

  it('that can no longer be read leaves the keys as they were, and says so once', async () => {
    const path = await keyFile(`web:read:${hash}`)
    const logger = { ...silent, error: vi.fn(), info: vi.fn() } as never as typeof silent
    const keys = followApiKeys(`file:${path}`, logger, 5)
    onTestFinished(keys.close)
    const before = keys.current()
    await writeFile(path, 'nonsense')
    await vi.waitFor(() => expect(logger.error).toHaveBeenCalled())
    await rm(path)
    await vi.waitFor(() => expect(logger.error).toHaveBeenCalledTimes(2))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(logger.error).toHaveBeenCalledTimes(2)
    expect(keys.current()).toBe(before)
    await writeFile(path, `new:read:${hash}`)
    await vi.waitFor(() => expect(keys.current().map(({ name }) => name)).toEqual(['new']))
  })
  it('that is emptied takes every key back, while it runs and at the next start', async () => {
    const path = await keyFile(`web:read:${hash}`)
    const keys = followApiKeys(`file:${path}`, silent, 5)
    onTestFinished(keys.close)
    await writeFile(path, '# nobody any more\n')
    await vi.waitFor(() => expect(keys.current()).toEqual([]))
    expect(readApiKeys(`file:${path}`)).toEqual([])
    await writeFile(path, `new:read:${hash}`)
    await vi.waitFor(() => expect(keys.current().map(({ name }) => name)).toEqual(['new']))
  })
})
