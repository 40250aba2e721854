import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../infra/errors.ts'
import { readApiKeys } from './access.ts'

const hash = 'a'.repeat(64)

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
    const folder = await mkdtemp(join(tmpdir(), 'keys-'))
    const path = join(folder, 'keys')
    await writeFile(path, `# who may do what\nweb:read:${hash}\n\nops:admin:${hash}\n`)
    expect(readApiKeys(`file:${path}`).map(({ name }) => name)).toEqual(['web', 'ops'])
    await rm(folder, { recursive: true })
  })

  it.each([
    ['', 'at least one'],
    ['web:read', 'entry 1'],
    [`web:write:${hash}`, 'entry 1'],
    [`:read:${hash}`, 'entry 1'],
    [`web:read:${hash},ops:admin:${hash.slice(1)}`, 'entry 2'],
    ['file:/no/such/file', '/no/such/file'],
  ])('refuses %j and says where', (text, where) => {
    expect(() => readApiKeys(text)).toThrow(ConfigError)
    expect(() => readApiKeys(text)).toThrow(where)
  })

  it('never repeats a hash in an error', () => {
    expect(() => readApiKeys(`web:write:${hash}`)).not.toThrow(hash)
  })
})
