import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import { afterAll, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { openEmbeddedRatingStore } from './clickhouse.ts'
import type { Opened } from './contract/rows.fixture.ts'
import { ratingStoreContract } from './rating-store.contract.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-clickhouse-'))
  folders.push(folder)
  return folder
}

async function open(): Promise<Opened> {
  const folder = await newFolder()
  const store = await openEmbeddedRatingStore(folder)
  const all = [store]
  const session = new Session(folder)
  await session.queryAsync('USE foldstream')
  return {
    store,
    async sql(statement) {
      const result = await session.queryAsync(statement, { format: 'JSONEachRow' })
      const lines = result.text().trim()
      return lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line))
    },
    async reopen() {
      const again = await openEmbeddedRatingStore(folder)
      all.push(again)
      return again
    },
    async dispose() {
      session.close()
      for (const each of all) await each.close()
    },
  }
}

ratingStoreContract('ClickHouse in the process', open)

it('says so when another process has the folder', async () => {
  const folder = await newFolder()
  const store = await openEmbeddedRatingStore(folder)
  const script = `
    const { openEmbeddedRatingStore } = await import(${JSON.stringify(new URL('clickhouse.ts', import.meta.url).href)})
    await openEmbeddedRatingStore(${JSON.stringify(folder)}).catch((error) => console.log(error.name, error.message))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(stdout).toMatch(/^ConfigError .* cannot be opened: .*Another process may have it open.*--data-dir/)
  await store.close()
})

it('says so when the folder cannot be made', async () => {
  await expect(openEmbeddedRatingStore('/dev/null/clickhouse')).rejects.toThrow(ConfigError)
})

it('is there again after it was closed and opened', async () => {
  const folder = await newFolder()
  for (const next of [3, 5]) {
    const store = await openEmbeddedRatingStore(folder)
    await store.noteProgress(0, next)
    await store.close()
  }
  const store = await openEmbeddedRatingStore(folder)
  expect(await store.resumeAt(0)).toBe(5)
  await store.close()
})
