import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readApiKeys } from '../../gateway/api-keys.ts'
import { KAFKA_VERSION } from './kafka.ts'

it('compose runs the Kafka that is run without Docker', async () => {
  const compose = await readFile(new URL('../../docker-compose.yml', import.meta.url), 'utf8')
  expect(compose).toContain(`image: apache/kafka:${KAFKA_VERSION}\n`)
})

it('the minted key stays the same, and is one that the gateway takes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-keys-'))
  const mint = () => {
    const script = fileURLToPath(new URL('mint-key.ts', import.meta.url))
    const printed = execFileSync(process.execPath, [script, folder], { encoding: 'utf8' })
    return /API key: (\S+)/.exec(printed)?.[1] ?? ''
  }
  const key = mint()
  expect(key.length).toBeGreaterThan(20)
  expect(mint()).toBe(key)
  const sha256 = createHash('sha256').update(key).digest()
  expect(readApiKeys(`file:${join(folder, 'api-keys')}`)).toEqual([
    { name: 'compose', scopes: ['ingest', 'read', 'admin'], sha256 },
  ])
  await rm(folder, { recursive: true })
})
