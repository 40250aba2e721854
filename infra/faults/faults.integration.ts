import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { messageOf } from '../errors.ts'
import type { Round } from './round.ts'
import { runFaults } from './run.ts'

/** The whole of it, each service failing in every way, is a command: npm run faults. */
const PLAN = {
  seed: 1,
  seconds: 1,
  rounds: [
    { service: 'kafka', way: 'truncated' },
    { service: 'redis', way: 'cut' },
    { service: 'clickhouse', way: 'truncated' },
  ],
} as const

it('services that fail cost no read and no acknowledged rating, and all goes on by itself', async ({ skip }) => {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-faults-'))
  const rounds: Round[] = []
  try {
    const run = runFaults(folder, PLAN, (round) => rounds.push(round))
    const { acknowledged, lost, ledger } = await run.catch((error) => {
      // A service that is not installed, or runs in a container: nothing of ours can stand before that.
      if (rounds.length > 0 || process.env.REQUIRE_SERVICES === '1' || !/not installed/.test(messageOf(error)))
        throw error
      return skip(messageOf(error))
    })
    for (const { service, way, reads, writes } of rounds) {
      expect(reads.failed, `${service} ${way}: ${reads.failure}`).toBeLessThanOrEqual(reads.asked / 1_000)
      expect(writes.other).toEqual([])
    }
    expect(rounds.find(({ service }) => service === 'redis')?.degraded).toContain('user state')
    expect(acknowledged).toBeGreaterThan(0)
    expect({ lost, faults: ledger.faults, told: ledger.told }).toEqual({ lost: 0, faults: 0, told: [] })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
