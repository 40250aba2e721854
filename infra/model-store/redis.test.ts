import { Redis } from 'ioredis'
import { expect, it, vi } from 'vitest'
import { CorruptGenerationError, UnavailableError } from '../errors.ts'
import { describeWithService } from '../services/for-tests.ts'
import { generationOf } from './generation.fixture.ts'
import { modelStoreContract } from './model-store.contract.ts'
import { openRedisModelStore } from './redis.ts'

describeWithService('redis', (url, another) => {
  modelStoreContract(async () => {
    const place = another()
    return () => openRedisModelStore(place)
  })

  it('refuses an artifact whose chunk is changed or gone', async () => {
    const redis = new Redis(url)
    const store = await openRedisModelStore(url)
    await store.publish(generationOf('g1', { items: 2_000, factors: 300 }))
    const chunk = 'foldstream:model:{g1}:chunk:1'
    const whole = await redis.getBuffer(chunk)
    if (whole === null) throw new Error(`there is no ${chunk}`)

    await redis.setrange(chunk, 1_000, 'x')
    await expect(store.load('g1')).rejects.toThrow(/checksum/)
    await redis.set(chunk, whole.subarray(1))
    await expect(store.load('g1')).rejects.toThrow(CorruptGenerationError)
    await redis.del(chunk)
    await expect(store.load('g1')).rejects.toThrow(/chunk 1 is gone/)
    await redis.set(chunk, whole)
    expect((await store.load('g1')).id).toBe('g1')
    await store.close()
    redis.disconnect()
  })

  it('leaves no chunk that lives on without its generation, and none that dies before it', async () => {
    const place = another()
    const redis = new Redis(place)
    const store = await openRedisModelStore(place)
    await store.publish(generationOf('g1', { items: 2_000, factors: 300 }))
    for (const key of await redis.keys('*')) expect(await redis.ttl(key)).toBe(-1)
    await store.remove('g1')
    expect(await redis.keys('*')).toEqual([])
    await store.close()
    redis.disconnect()
  })

  it('does not lose a generation whose publisher died just before it was to stay, once somebody has loaded it', async () => {
    const place = another()
    const redis = new Redis(place)
    const store = await openRedisModelStore(place)
    await store.publish(generationOf('g1', { items: 2_000, factors: 300 }))
    const chunks = await redis.keys('*:chunk:*')
    for (const chunk of chunks) await redis.expire(chunk, 3_600)
    expect((await store.load('g1')).id).toBe('g1')
    for (const chunk of chunks) expect(await redis.ttl(chunk)).toBe(-1)
    await store.close()
    redis.disconnect()
  })

  it('leaves no chunk for ever, wherever a publication or a removal is broken off', async () => {
    const place = another()
    const redis = new Redis(place)
    const store = await openRedisModelStore(place)
    const works = { publish: () => store.publish(generationOf('g1')), remove: () => store.remove('g1') }
    for (const [name, work] of Object.entries(works)) {
      for (let commands = 0, isDone = false; !isDone; commands++) {
        await redis.flushdb()
        if (name === 'remove') await works.publish()
        isDone = await breakOffAfter(commands, work)
        const isListed = (await store.list()).length > 0
        for (const chunk of await redis.keys('*:chunk:*')) {
          expect(isListed || (await redis.ttl(chunk)) > 0, `${name} after ${commands} commands`).toBe(true)
        }
      }
    }
    await store.close()
    redis.disconnect()
  })

  it('takes up again by itself when its connection was lost', async () => {
    const place = another()
    const store = await openRedisModelStore(place)
    const seen: (string | undefined)[] = []
    store.watch(({ active }) => seen.push(active))
    const redis = new Redis(place)
    await disconnectOthers(redis)
    await vi.waitFor(() => store.publish(generationOf('g1')))
    await store.activate('g1', false)
    await vi.waitFor(() => expect(seen.at(-1)).toBe('g1'))
    await store.close()
    redis.disconnect()
  })
})

it('says in one line that Redis does not answer, and which variable to set', async () => {
  const refused = openRedisModelStore('redis://:secret@127.0.0.1:1')
  await expect(refused).rejects.toThrow(UnavailableError)
  await expect(refused).rejects.toThrow(/127\.0\.0\.1:1 .*ECONNREFUSED.*MODEL_STORE_URL/)
  await expect(refused).rejects.not.toThrow(/secret/)
})

/** Lets so many commands reach Redis, and no more. @returns whether the work was done by then */
async function breakOffAfter(commands: number, work: () => Promise<unknown>): Promise<boolean> {
  let left = commands
  const send = Redis.prototype.sendCommand
  const sending = vi.spyOn(Redis.prototype, 'sendCommand').mockImplementation(function (this: Redis, command, ...rest) {
    return left-- > 0 ? send.call(this, command, ...rest) : Promise.reject(new Error('broken off'))
  })
  try {
    return await work().then(
      () => true,
      () => false,
    )
  } finally {
    sending.mockRestore()
  }
}

/** Closes, at the server, every other connection to the same database. */
async function disconnectOthers(redis: Redis): Promise<void> {
  const own = await redis.client('ID')
  const clients = String(await redis.client('LIST')).split('\n')
  for (const client of clients.filter((line) => line.includes(` db=${redis.options.db} `))) {
    const id = Number(/^id=(\d+)/.exec(client)?.[1])
    if (id !== own) await redis.client('KILL', 'ID', id)
  }
}
