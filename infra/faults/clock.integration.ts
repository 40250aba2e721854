import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { getJson, postJson } from '../bench/system.ts'
import { runFoldstream } from '../services/foldstream.ts'
import { SMALL_MODEL, startSystem, testFolder } from '../system.fixture.ts'
import { fill } from './system.ts'

const HOUR_MS = 3_600_000
const JUMPS_MS = [HOUR_MS, -2 * HOUR_MS]

interface Status {
  readonly degraded: readonly object[]
  readonly roles: readonly object[]
  readonly rebuild: { readonly id: string; readonly status: string }
}

it('a clock that is set forward by an hour, and back by two, changes nothing of what the roles do', async () => {
  const folder = await testFolder()
  const system = await startSystem(['--data-dir', folder, '--dataset', 'none'], {
    ...SMALL_MODEL,
    LOG_LEVEL: 'error',
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'jumping-clock.fixture.ts')}`,
    CLOCK_JUMPS_MS: JUMPS_MS.join(','),
  })
  await fill(system.url, { users: 20, items: 40 })
  const status = (): Promise<Status> => getJson<Status>(`${system.url}/v1/admin/status`)

  for (const jumpMs of JUMPS_MS) {
    process.kill(system.pid, 'SIGUSR2')
    const userId = `after ${jumpMs}`
    let token = ''
    for (const itemId of ['film-1', 'film-2', 'film-3']) token = await system.rate({ userId, itemId, value: 5 })
    const list = await system.recommendations(userId, { after: token, wait: 10_000 })
    expect(list).toMatchObject({ strategy: 'fold-in', freshness: { satisfied: true } })

    const { id } = await postJson<{ id: string }>(`${system.url}/v1/admin/rebuilds`)
    await vi.waitFor(async () => expect((await status()).rebuild).toMatchObject({ id, status: 'published' }))
    await system.settled()
    // Heartbeats from before the jump do not count.
    await vi.waitFor(async () => {
      const { degraded, roles } = await status()
      expect(degraded).toEqual([])
      expect(roles).toHaveLength(4)
    })
  }
  const verified = await runFoldstream(['verify', '--data-dir', folder])
  expect(verified, verified.output).toMatchObject({ code: 0 })
  expect(await system.stop(), system.output()).toBe(0)
})
