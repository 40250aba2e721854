import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConfigError, UnavailableError } from '../errors.ts'
import { silent } from '../logging.ts'
import { describeWithService } from '../services/for-tests.ts'
import { freePort } from '../services/process.ts'
import { startRedis } from '../services/redis.ts'
import { exampleRecord } from './contract/examples.fixture.ts'
import { CorruptRecordError } from './corrupt-record.ts'
import { ERASED_KEPT_MS, type StateChange } from './port.ts'
import { erasedAt } from './record.ts'
import { openRedisUserState } from './redis.ts'
import { userStateContract } from './user-state.contract.ts'

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
    await writer.count(3, -1, 7, new Map([['a', { count: 1, sum: 5, positives: 0, decayed: [0, 0, 0], decayedAt: 0 }]]))
    await writer.advance(3, 7)
    await vi.waitFor(() =>
      expect(heard).toEqual([
        { type: 'user', userId: 'ada' },
        { type: 'items', partition: 3, counted: 7, itemIds: ['a'] },
        { type: 'watermark', partition: 3, applied: 7 },
      ]),
    )
    expect(astray).toEqual([])
  })

  it('lets nobody write a user back who read before the erasure, and forgets them in the end', async () => {
    const place = another()
    const [owner, late, redis] = [await open(place), await open(place), new Redis(place)]
    onTestFinished(() => Promise.all([owner.close(), late.close(), redis.disconnect()]).then(() => {}))
    const [before, after] = [exampleRecord('ada', 1), exampleRecord('ada', 9)]
    // Whoever comes late read that there was nobody.
    expect(await late.read('ada')).toBeUndefined()
    await owner.writeMany([{ userId: 'ada', next: before, expectedOffset: undefined }])
    await owner.writeMany([{ userId: 'ada', next: erasedAt('ada', 4), expectedOffset: 1 }])
    const [told] = await late.writeMany([{ userId: 'ada', next: before, expectedOffset: undefined }])
    expect(told).toEqual(erasedAt('ada', 4))
    expect(await redis.hgetall('foldstream:user:{ada}')).toEqual({ offset: '4' })
    const left = await redis.pttl('foldstream:user:{ada}')
    expect(left > 0 && left <= ERASED_KEPT_MS).toBe(true)
    // Who comes after it is somebody new, and stays.
    expect(await late.writeMany([{ userId: 'ada', next: after, expectedOffset: 4 }])).toEqual([after])
    expect(await redis.pttl('foldstream:user:{ada}')).toBe(-1)
  })

  it('lets another process read a page, and leaves nothing of it behind', async () => {
    const place = another()
    const [writer, reader, redis] = [await open(place), await open(place), new Redis(place)]
    onTestFinished(() => Promise.all([writer.close(), reader.close(), redis.disconnect()]).then(() => {}))
    await writer.putPage('p', '[1]', 500)
    expect(await reader.page('p')).toBe('[1]')
    expect(await redis.pttl('foldstream:page:{p}')).toBeLessThanOrEqual(500)
    await vi.waitFor(async () => expect(await redis.keys('*page*')).toEqual([]))
  })

  it('is empty after a reset, belongs to no log, and tells every process', async () => {
    const place = another()
    const [state, gateway] = [await open(place), await open(place)]
    onTestFinished(() => Promise.all([state.close(), gateway.close()]).then(() => {}))
    const users = Array.from({ length: 600 }, (_, n) => `user-${n}`)
    await state.writeMany(
      users.map((userId) => ({ userId, next: exampleRecord(userId, 1), expectedOffset: undefined })),
    )
    await state.count(3, -1, 7, new Map([['a', { count: 1, sum: 5, positives: 0, decayed: [0, 0, 0], decayedAt: 0 }]]))
    await state.advance(3, 7)
    await state.putPage('p', '[1]', 60_000)
    const identity = { id: 'former', clusterId: undefined, partitions: 8, scale: { min: 1, max: 5, positiveFrom: 4 } }
    await state.bind(identity)
    const former = await state.incarnation()
    const heard: StateChange[] = []
    gateway.changes((change) => heard.push(change))

    await state.reset()
    for await (const { userId } of state.scan()) expect.fail(`${userId} is left`)
    expect(await state.offsets(3)).toEqual({ counted: -1, applied: -1 })
    expect([...(await state.statistics(3))]).toEqual([])
    expect(await state.page('p')).toBeUndefined()
    expect((await state.bind({ ...identity, id: 'later' })).id).toBe('later')
    expect(await state.incarnation()).not.toBe(former)
    await vi.waitFor(() => expect(heard).toContainEqual({ type: 'gap' }))
  })

  it('names the user whose bytes are not what was written', async () => {
    const place = another()
    const [state, redis] = [await open(place), new Redis(place)]
    onTestFinished(() => Promise.all([state.close(), redis.disconnect()]).then(() => {}))
    await state.writeMany([{ userId: 'ada', next: exampleRecord('ada', 1), expectedOffset: undefined }])
    await redis.hset('foldstream:user:{ada}', 'record', 'something else')
    await expect(state.read('ada')).rejects.toThrow(CorruptRecordError)
    await expect(state.readMany(['bob', 'ada'])).rejects.toThrow(/"ada"/)
  })

  it('is another incarnation once it was flushed', async () => {
    const place = another()
    const [state, redis] = [await open(place), new Redis(place)]
    onTestFinished(() => Promise.all([state.close(), redis.disconnect()]).then(() => {}))
    const incarnation = await state.incarnation()
    await redis.flushdb()
    expect(await state.incarnation()).not.toBe(incarnation)
  })

  it('is not put off by what somebody else publishes', async () => {
    const place = another()
    const [state, redis] = [await open(place), new Redis(place)]
    onTestFinished(() => Promise.all([state.close(), redis.disconnect()]).then(() => {}))
    const heard: unknown[] = []
    state.changes((change) => heard.push(change))
    await redis.publish(`foldstream:changes:${redis.options.db}`, 'hello')
    await state.advance(0, 1)
    await vi.waitFor(() => expect(heard).toEqual([{ type: 'watermark', partition: 0, applied: 1 }]))
  })

  it('tells of changes again although the connection broke again while it was being made up', async () => {
    const place = new URL(another())
    const network = await startNetwork(Number(place.port))
    const direct = await open(place.href)
    place.port = String(network.port)
    const state = await open(place.href)
    onTestFinished(() => Promise.all([state.close(), direct.close(), network.close()]).then(() => {}))
    const heard: StateChange['type'][] = []
    state.changes((change) => heard.push(change.type))
    network.cutAtNext('subscribe')
    network.cut()
    let applied = 0
    await vi.waitFor(
      async () => {
        await direct.advance(0, applied++)
        expect(heard).toContain('watermark')
      },
      { interval: 100 },
    )
    // First that nothing is heard, then that something may be missing, then what comes.
    expect(heard[0]).toBe('deaf')
    expect(heard.filter((type) => type !== 'deaf')[0]).toBe('gap')
    expect(heard.lastIndexOf('deaf')).toBeLessThan(heard.indexOf('gap'))
    expect(heard.filter((type) => type === 'gap')).toHaveLength(1)
  })

  it('tells whoever listens to look again after a break: what they then read has what they did not hear', async () => {
    const place = new URL(another())
    const network = await startNetwork(Number(place.port))
    const direct = await open(place.href)
    place.port = String(network.port)
    const state = await open(place.href)
    onTestFinished(() => Promise.all([state.close(), direct.close(), network.close()]).then(() => {}))
    const looked = new Promise((resolve) =>
      state.changes((change) => void (change.type === 'gap' && resolve(direct.read('ada')))),
    )
    network.cut()
    const record = exampleRecord('ada', 1)
    await direct.writeMany([{ userId: 'ada', next: record, expectedOffset: undefined }])
    expect(await looked).toEqual(record)
  })

  it('gives up a connection that carries nothing any more, and opens another one', async () => {
    const place = new URL(another())
    const network = await startNetwork(Number(place.port))
    place.port = String(network.port)
    const state = await open(place.href)
    onTestFinished(() => Promise.all([state.close(), network.close()]).then(() => {}))
    network.block()
    await expect(state.read('ada')).rejects.toThrow(UnavailableError)
    await vi.waitFor(async () => expect(await state.read('ada')).toBeUndefined())
  })
})

/** A way to the server on `port` that can be cut and blocked. */
async function startNetwork(port: number) {
  const pairs = new Set<[Socket, Socket]>()
  let word: string | undefined
  const cut = () => {
    for (const end of [...pairs].flat()) end.destroy()
  }
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    near.on('data', (bytes) => {
      if (word !== undefined && bytes.includes(word)) {
        word = undefined
        near.destroy()
      } else far.write(bytes)
    })
    far.on('data', (bytes) => near.write(bytes))
    for (const end of pair) {
      end.on('error', () => {})
      end.on('close', () => {
        pairs.delete(pair)
        near.destroy()
        far.destroy()
      })
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    cutAtNext(sent: string) {
      word = sent
    },
    /** Connections that stand carry nothing any more, without being closed. */
    block() {
      for (const end of [...pairs].flat()) end.pause()
    },
    async close() {
      cut()
      server.close()
    },
  }
}

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

    it('warns where it may not look at the configuration', async () => {
      const service = await start()
      onTestFinished(() => service.stop())
      const redis = new Redis(service.url)
      await redis.acl('SETUSER', 'default', '-config')
      const warn = vi.spyOn(silent, 'warn')
      const state = await open(service.url)
      expect(warn).toHaveBeenCalledWith(expect.anything(), expect.stringContaining('appendonly yes'))
      await state.close()
      redis.disconnect()
    })

    it('says what Redis says when it refuses a write', async () => {
      const service = await start()
      onTestFinished(() => service.stop())
      const [state, redis] = [await open(service.url), new Redis(service.url)]
      await redis.config('SET', 'maxmemory', '1')
      const write = state.writeMany([{ userId: 'ada', next: exampleRecord('ada', 1), expectedOffset: undefined }])
      await expect(write).rejects.toThrow(UnavailableError)
      await expect(write).rejects.toThrow(/refused: OOM/)
      await state.close()
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
      await vi.waitFor(async () => expect((await state.read('ada'))?.appliedOffset).toBe(1))
      expect(await state.incarnation()).not.toBe(incarnation)
      const heard: unknown[] = []
      state.changes((change) => heard.push(change))
      await vi.waitFor(async () => {
        await state.advance(0, (await state.offsets(0)).applied + 1)
        expect(heard).toContainEqual(expect.objectContaining({ type: 'watermark' }))
      })
    })

    it('that does not run is named, with the variable to set', async () => {
      await expect(open(`redis://127.0.0.1:${await freePort()}`)).rejects.toThrow(
        /127\.0\.0\.1:\d+ did not answer.*USER_STATE_URL/,
      )
    })
  })
})
