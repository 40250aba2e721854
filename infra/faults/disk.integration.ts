import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { getJson } from '../bench/system.ts'
import { runFoldstream } from '../services/foldstream.ts'
import { SMALL_MODEL, startSystem, type TestSystem } from '../system.fixture.ts'
import { type SmallDisk, smallDisk } from './small-disk.fixture.ts'
import { fill } from './system.ts'

const MEBIBYTES = 256
const env = { ...SMALL_MODEL, LOG_LEVEL: 'error' }
const FIVE = JSON.stringify({ value: 5 })

const inside = ({ path }: SmallDisk) => ['--data-dir', join(path, 'data')]
const start = (disk: SmallDisk) => startSystem([...inside(disk), '--dataset', 'none'], env)

/** Clients that rate film after film, each until it is told that nothing can be stored. @returns what was acknowledged, by user */
async function rateUntilRefused(system: TestSystem, round: number) {
  const users = Array.from({ length: 8 }, (_, n) => `user ${n} of round ${round}`)
  const acknowledged = new Map(users.map((userId) => [userId, new Set<string>()]))
  const rateAll = async (userId: string): Promise<void> => {
    for (let film = 0; ; film++) {
      const path = `${system.url}/v1/users/${encodeURIComponent(userId)}/ratings/film-${film}`
      const answer = await fetch(path, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: FIVE })
      const text = await answer.text()
      if (answer.status !== 202) {
        expect([answer.status, answer.headers.get('retry-after')], text).toEqual([503, '1'])
        return expect(text).toMatch(
          /cannot be written.*Nothing of this request was stored; what was acknowledged before is/,
        )
      }
      acknowledged.get(userId)?.add(`film-${film}`)
    }
  }
  await Promise.all(users.map(rateAll))
  return acknowledged
}

async function degradedParts({ url }: TestSystem): Promise<string[]> {
  const { degraded } = await getJson<{ degraded: { part: string }[] }>(`${url}/v1/admin/status`)
  return degraded.map(({ part }) => part)
}

/** All that was acknowledged is in every store, once. */
async function holds(system: TestSystem, disk: SmallDisk, acknowledged: Map<string, Set<string>>): Promise<void> {
  await system.settled()
  for (const [userId, films] of acknowledged) expect(new Set((await system.ratingsOf(userId)).keys())).toEqual(films)
  const verified = await runFoldstream(['verify', ...inside(disk)], env)
  expect(verified, verified.output).toMatchObject({ code: 0 })
}

describe('a full disk', () => {
  it('refuses writes, loses none, and answers reads; with room again all goes on, after a kill as well', async ({
    skip,
  }) => {
    const disk = await smallDisk(MEBIBYTES, skip)
    const system = await start(disk)
    await fill(system.url, { users: 20, items: 40 })

    const rating = rateUntilRefused(system, 1)
    await disk.fill()
    const first = await rating
    await vi.waitFor(async () => expect(await degradedParts(system)).toContain('event log'))
    expect((await system.recommendations('user-1')).strategy).toBe('fold-in')
    expect((await system.popular()).items).not.toEqual([])

    await disk.makeRoom()
    await vi.waitFor(async () => expect(await degradedParts(system)).toEqual([]))
    await holds(system, disk, first)

    const ratingAgain = rateUntilRefused(system, 2)
    await disk.fill()
    const second = await ratingAgain
    await system.kill()
    const { code, output } = await runFoldstream(['start', '--port', '0', ...inside(disk)], env)
    expect({ code, output }).toEqual({
      code: 2,
      output: expect.stringMatching(/^foldstream: .*ENOSPC.*make room.*\n$/),
    })

    await disk.makeRoom()
    const again = await start(disk)
    await holds(again, disk, new Map([...first, ...second]))
    expect(await again.stop(), again.output()).toBe(0)
  })
})

describe('a disk that cannot be written', () => {
  it.for(['holds a data folder', 'holds none'])(
    'and %s ends a start with exit code 2 and one line',
    async (what, { skip }) => {
      const disk = await smallDisk(MEBIBYTES, skip)
      if (what === 'holds a data folder') expect(await (await start(disk)).stop()).toBe(0)
      await disk.makeReadOnly()
      const { code, output } = await runFoldstream(['start', '--port', '0', ...inside(disk)], env)
      expect({ code, output }).toEqual({
        code: 2,
        output: expect.stringMatching(
          /^foldstream: the data folder \S+ cannot be used: EROFS[^\n]*--data-dir[^\n]*\n$/,
        ),
      })
    },
  )
})
