import { Redis } from 'ioredis'
import { CorruptGenerationError, messageOf, UnavailableError, UnknownGenerationError } from '../errors.ts'
import {
  type Activation,
  MAX_ACTIVATIONS,
  type ModelStore,
  type Pointer,
  type RebuildRecord,
  type TuningRecord,
} from './port.ts'
import { corrupt, newestFirst, readManifest, seal, unseal } from './seal.ts'
import { watchPointer } from './watch.ts'

/** Every key by itself, and one key a command or script: works on a cluster too. */
const KEYS = {
  /** Hash of the manifests by generation id. A generation is there when its manifest is. */
  manifests: 'foldstream:model:manifests',
  /** Hash: `active`, and `pinned` as 0 or 1. */
  pointer: 'foldstream:model:pointer',
  /** List, the newest last. */
  activations: 'foldstream:model:activations',
  rebuild: 'foldstream:model:rebuild',
  tuning: 'foldstream:model:tuning',
  lease: 'foldstream:model:lease',
  chunk: (id: string, number: number): string => `foldstream:model:{${id}}:chunk:${number}`,
}

const CHUNK_BYTES = 1 << 20
/** A socket that is silent for so long although it was asked something is given up, and another one opened. */
const SOCKET_TIMEOUT_MS = 5_000
/** Chunks of a publication that was broken off go away by themselves. */
const UNFINISHED_SECONDS = 3600

const TAKE_LEASE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

const RELEASE_LEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0`

/**
 * A model store in Redis: artifacts in chunks, the manifest written last. Reconnects by itself.
 *
 * @param options  deadlines, in ms
 * @throws UnavailableError when Redis does not answer. Methods throw it too.
 */
export async function openRedisModelStore(
  url: string,
  { commandTimeout = 5_000, connectTimeout = 5_000 } = {},
): Promise<ModelStore> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout,
    commandTimeout,
    socketTimeout: SOCKET_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    retryStrategy: (times) => Math.min(100 * times, 2_000),
  })
  // Why there is no connection: a command that fails for want of one does not say.
  let connectionError: Error | undefined
  redis.on('error', (error) => {
    connectionError = error
  })
  redis.on('ready', () => {
    connectionError = undefined
  })
  const { host } = new URL(url)
  const watches = new Set<() => void>()

  async function attempt<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action()
    } catch (error) {
      if (error instanceof UnknownGenerationError || error instanceof CorruptGenerationError) throw error
      throw new UnavailableError(
        `Redis at ${host} does not keep the models: ${messageOf(connectionError ?? error)}. Is it running? Set MODEL_STORE_URL, ` +
          'or leave it out to keep models in the data folder.',
        { cause: error },
      )
    }
  }

  async function requireManifest(id: string): Promise<string> {
    const manifest = await redis.hget(KEYS.manifests, id)
    if (manifest === null) throw new UnknownGenerationError(`There is no generation ${id} in the model store.`)
    return manifest
  }

  async function readChunks(id: string, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const whole = new Uint8Array(bytes)
    for (const { number, start, end } of chunksOf(bytes)) {
      // Whoever published it may have died before it made this one stay.
      const chunk = await redis.getexBuffer(KEYS.chunk(id, number), 'PERSIST')
      if (chunk?.length !== end - start) throw corrupt(id, `chunk ${number} is ${chunk ? 'of another length' : 'gone'}`)
      whole.set(chunk, start)
    }
    return whole
  }

  async function readRecord<T>(key: string): Promise<T | undefined> {
    const json = await redis.get(key)
    return json === null ? undefined : (JSON.parse(json) as T)
  }

  async function pointer(): Promise<Pointer> {
    const [active, pinned] = await redis.hmget(KEYS.pointer, 'active', 'pinned')
    return { active: active ?? undefined, pinned: pinned === '1' }
  }

  try {
    await attempt(() => redis.connect())
  } catch (error) {
    redis.disconnect()
    throw error
  }
  return {
    publish: (generation) =>
      attempt(async () => {
        const { sealed, info } = await seal(generation)
        const chunks = chunksOf(info.bytes)
        for (const { number, start, end } of chunks) {
          const chunk = Buffer.from(sealed.buffer, sealed.byteOffset + start, end - start)
          await redis.set(KEYS.chunk(info.id, number), chunk, 'EX', UNFINISHED_SECONDS)
        }
        await redis.hset(KEYS.manifests, info.id, JSON.stringify(info))
        // Last: chunks that stay and have no manifest would stay for ever.
        for (const { number } of chunks) await redis.persist(KEYS.chunk(info.id, number))
        return info
      }),

    load: (id) =>
      attempt(async () => {
        const info = readManifest(await requireManifest(id))
        if (info === undefined) throw corrupt(id, 'its manifest does not parse')
        return unseal(id, await readChunks(id, info.bytes))
      }),

    list: () => attempt(async () => newestFirst(await redis.hvals(KEYS.manifests))),

    remove: (id) =>
      attempt(async () => {
        const manifest = await redis.hget(KEYS.manifests, id)
        if (manifest === null) return
        const { bytes } = readManifest(manifest) ?? { bytes: 0 }
        const chunks = chunksOf(bytes)
        // Without their manifest nobody would find them any more: they go away by themselves, should this be broken off.
        for (const { number } of chunks) await redis.expire(KEYS.chunk(id, number), UNFINISHED_SECONDS)
        await redis.hdel(KEYS.manifests, id)
        for (const { number } of chunks) await redis.unlink(KEYS.chunk(id, number))
      }),

    pointer: () => attempt(pointer),

    activate: (id, pinned) =>
      attempt(async () => {
        await requireManifest(id)
        await redis.rpush(KEYS.activations, JSON.stringify({ id, at: Date.now() }))
        await redis.ltrim(KEYS.activations, -MAX_ACTIVATIONS, -1)
        await redis.hset(KEYS.pointer, { active: id, pinned: pinned ? 1 : 0 })
      }),

    activations: () =>
      attempt(async () => {
        const noted = await redis.lrange(KEYS.activations, 0, -1)
        return noted.map((json): Activation => JSON.parse(json))
      }),

    unpin: () => attempt(async () => void (await redis.hset(KEYS.pointer, { pinned: 0 }))),

    watch(listener) {
      const stop = watchPointer(pointer, listener)
      watches.add(stop)
      return () => {
        watches.delete(stop)
        stop()
      }
    },

    rebuild: () => attempt(() => readRecord<RebuildRecord>(KEYS.rebuild)),
    writeRebuild: (record) => attempt(async () => void (await redis.set(KEYS.rebuild, JSON.stringify(record)))),
    tuning: () => attempt(() => readRecord<TuningRecord>(KEYS.tuning)),
    writeTuning: (record) => attempt(async () => void (await redis.set(KEYS.tuning, JSON.stringify(record)))),
    lease: (holder, ttlMs) => attempt(async () => (await redis.eval(TAKE_LEASE, 1, KEYS.lease, holder, ttlMs)) === 1),
    release: (holder) => attempt(async () => void (await redis.eval(RELEASE_LEASE, 1, KEYS.lease, holder))),
    ping: () => attempt(async () => void (await redis.ping())),

    async close() {
      for (const stop of watches) stop()
      redis.disconnect()
    },
  }
}

function chunksOf(bytes: number): { number: number; start: number; end: number }[] {
  return Array.from({ length: Math.ceil(bytes / CHUNK_BYTES) }, (_, number) => ({
    number,
    start: number * CHUNK_BYTES,
    end: Math.min(bytes, (number + 1) * CHUNK_BYTES),
  }))
}
