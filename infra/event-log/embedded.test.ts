import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { UnavailableError } from '../errors.ts'
import { readAll, record } from './contract-tools.ts'
import { openEmbeddedLog } from './embedded.ts'
import { eventLogContract, STARS } from './event-log.contract.ts'
import type { EventLog, Topic } from './port.ts'

const folders: string[] = []
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-log-'))
  folders.push(folder)
  return folder
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

eventLogContract(
  'embedded',
  async () => {
    const folder = await newFolder()
    return { open: (founding = STARS) => openEmbeddedLog(folder, founding) }
  },
  { processes: 'one' },
)

describe('the embedded log', () => {
  it('drops the older records of a key on a compacted topic, and keeps the mark of a deletion', async () => {
    const log = await openEmbeddedLog(await newFolder(), STARS)
    await log.append('items', [record('i1', 'old'), record('i2', 'gone'), record('i1', 'new')])
    await log.append('items', [{ key: 'i2', value: null }])
    const seen: [number, string][] = []
    const tail = await log.tail('items', (records) => {
      seen.push(...records.map(({ offset, key }): [number, string] => [offset, key]))
    })
    await tail.caughtUp
    expect(seen).toEqual([
      [2, 'i1'],
      [3, 'i2'],
    ])
    await log.close()
  })

  it('forgets, of topics that forget, what is older than a week, and never the last', async () => {
    const log = await openEmbeddedLog(await newFolder(), STARS)
    const old = (topic: Topic, ...keys: string[]) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 8 * 86_400_000 })
      return log
        .append(
          topic,
          keys.map((key) => record(key, 'old')),
        )
        .finally(() => vi.useRealTimers())
    }
    await old('measurements', 'a', 'b', 'c', 'd', 'e')
    await old('ratings', 'a')
    const kept = async (topic: Topic) => (await readAll(log, topic)).records.map(({ offset }) => offset)
    expect(await kept('measurements')).toEqual([0, 1, 2, 3, 4])
    // Twice as many go as come, so that an append stays short.
    await log.append('measurements', [record('f', 'new')])
    expect(await kept('measurements')).toEqual([2, 3, 4, 5])
    await log.append('measurements', [record('g', 'new'), record('h', 'new')])
    expect(await kept('measurements')).toEqual([5, 6, 7])
    await log.append('ratings', [record('a', 'new')])
    expect(await kept('ratings')).toEqual([0, 1])
    await log.close()
  })

  it('forgets, of topics that forget, what is more than 32 MiB a partition, also of what it was before a restart', async () => {
    const folder = await newFolder()
    const value = Buffer.alloc((1 << 20) - 1)
    const kept = async (log: EventLog) =>
      (await readAll(log, 'measurements')).records.map(({ offset }) => offset).toSorted((a, b) => a - b)
    const from = (first: number, end: number) => Array.from({ length: end - first }, (_, n) => first + n)
    let log = await openEmbeddedLog(folder, STARS)
    for (let n = 0; n < 34; n++) await log.append('measurements', [{ key: 'k', value }])
    expect(await kept(log)).toEqual(from(2, 34))
    await log.close()
    log = await openEmbeddedLog(folder, STARS)
    await log.append('measurements', [{ key: 'k', value }])
    expect(await kept(log)).toEqual(from(3, 35))
    await log.close()
  })

  it('forgets as many bytes as come, where long records follow short ones', async () => {
    const log = await openEmbeddedLog(await newFolder(), STARS)
    const short = Array.from({ length: 1_000 }, () => ({ key: 'k', value: Buffer.alloc(33_000) }))
    await log.append('measurements', short)
    for (let n = 0; n < 4; n++) await log.append('measurements', [{ key: 'k', value: Buffer.alloc(8 << 20) }])
    const { records } = await readAll(log, 'measurements')
    const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
    expect(bytes).toBeLessThanOrEqual(32 << 20)
    await log.close()
  })

  it('says which folder does not open', async () => {
    await expect(openEmbeddedLog('/dev/null/log', STARS)).rejects.toThrow(UnavailableError)
    await expect(openEmbeddedLog('/dev/null/log', STARS)).rejects.toThrow('/dev/null/log')
  })

  it('finishes at close what was being appended', async () => {
    const folder = await newFolder()
    const log = await openEmbeddedLog(folder, STARS)
    const appends = Array.from({ length: 100 }, (_, n) => log.append('ratings', [record(`u${n}`, n)]))
    await log.close()
    expect(await Promise.all(appends)).toHaveLength(100)
    const again = await openEmbeddedLog(folder, STARS)
    expect((await again.ends('ratings')).reduce((sum, end) => sum + end)).toBe(100)
    await again.close()
  })
})
