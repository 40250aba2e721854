import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConfigError, UnavailableError } from '../errors.ts'
import { silent } from '../logging.ts'
import { describeWithService } from '../services/for-tests.ts'
import { freePort } from '../services/process.ts'
import { startRedis } from '../services/redis.ts'
import { openRedisUserState } from './redis.ts'
import { exampleRecord, userStateContract } from './user-state.contract.ts'

const open = (url: string) => openRedisUserState(url, { logger: silent })

describeWithService('redis', (url, another) => {
  // One database, emptied for every test: a server has only so many.
  userStateContract('redis', async () => {
    const redis = new Redis(url)
    await redis.flushdb()
    redis.disconnect()
    return open(url)
  })

  it('tells every process of a write, and only those on the same database', async () => {
    const place = another()
    const [writer, listener, stranger] = await Promise.all([open(place), open(place), open(another())])
    onTestFinished(() => Promise.all([writer, listener, stranger].map((state) => state.close())).then(() => {}))
    const heard: unknown[] = []
    const astray: unknown[] = []
    listener.changes((change) => heard.push(change))
    stranger.changes((change) => astray.push(change))
    await writer.writeMany([{ userId: 'ada', next: exampleRecord('ada', 1), expectedOffset: undefined }])
    await writer.advance(3, 7)
    await vi.waitFor(() =>
      expect(heard).toEqual([
        { type: 'user', userId: 'ada' },
        { type: 'watermark', partition: 3, applied: 7 },
      ]),
    )
    expect(astray).toEqual([])
  })

  it('counts more items at once than fit on the stack of Lua', async () => {
    const state = await open(another())
    onTestFinished(() => state.close())
    const touched = new Map(
      Array.from({ length: 20_000 }, (_, i) => [
        `item ${i}`,
        { count: 1, sum: 3, positives: 0, decayed: 0, decayedAt: 0 },
      ]),
    )
    expect(await state.count(0, -1, 5, touched)).toBe(true)
    expect((await state.statistics(0)).size).toBe(20_000)
  })
})

describe('a Redis of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'user-state-redis-'))
  const port = await freePort()
  const start = () => startRedis({ folder, port, detached: false })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  describeWithService('redis', () => {
    it('is refused while it could lose what it acknowledged, with the commands that mend it', async () => {
      const service = await start()
      onTestFinished(() => service.stop())
      const redis = new Redis(service.url)
      await redis.config('SET', 'appendonly', 'no')
      await expect(open(service.url)).rejects.toThrow(ConfigError)
      await expect(open(service.url)).rejects.toThrow('CONFIG SET appendonly yes')
      redis.disconnect()
    })

    it('fails at once while Redis is gone, and goes on by itself when it is back, as another incarnation', async () => {
      let service = await start()
      onTestFinished(() => service.stop())
      const state = await open(service.url)
      onTestFinished(() => state.close())
      const incarnation = await state.incarnation()
      await state.writeMany([{ userId: 'ada', next: exampleRecord('ada', 1), expectedOffset: undefined }])
      await service.stop()
      await expect(state.read('ada')).rejects.toThrow(UnavailableError)
      await expect(state.read('ada')).rejects.toThrow('USER_STATE_URL')
      service = await start()
      await vi.waitFor(async () => expect((await state.read('ada'))?.appliedOffset).toBe(1), { timeout: 10_000 })
      expect(await state.incarnation()).not.toBe(incarnation)
      const heard: unknown[] = []
      state.changes((change) => heard.push(change))
      await vi.waitFor(
        async () => {
          await state.advance(0, (await state.offsets(0)).applied + 1)
          expect(heard).not.toEqual([])
        },
        { timeout: 10_000 },
      )
    })

    it('that does not run is named, with the variable to set', async () => {
      await expect(open(`redis://127.0.0.1:${await freePort()}`)).rejects.toThrow(
        /127\.0\.0\.1:\d+ did not answer.*USER_STATE_URL/,
      )
    })
  })
})
