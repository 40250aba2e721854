import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { eventsOf } from '../gateway/event-stream.fixture.ts'
import { ROLES, type Role } from './config/values.ts'
import { messageOf } from './errors.ts'
import { openKafkaLog } from './event-log/kafka.ts'
import { openHttpRatingStore } from './rating-store/clickhouse.ts'
import { runFoldstream } from './services/foldstream.ts'
import { describeWithServices } from './services/for-tests.ts'
import { freePort } from './services/process.ts'
import { NATIVE } from './services/start.ts'
import {
  countLog,
  idsOf,
  recommendsToKnownUsers,
  recommendsToNewcomers,
  SMALL_MODEL,
  startSystem,
  type TestDataset,
  type TestSystem,
  testDataset,
  testFolder,
} from './system.fixture.ts'

describeWithServices(['kafka', 'redis', 'clickhouse'], (urls) => {
  let scratch: string
  let dataset: TestDataset
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'foldstream-services-'))
    dataset = await testDataset(scratch)
  })
  afterAll(() => rm(scratch, { recursive: true }))

  /** A place of its own on each service, and what is done there. */
  function place() {
    const { kafka, redis, clickhouse } = urls()
    const env = {
      ...SMALL_MODEL,
      ...dataset.env,
      DATA_DIR: scratch,
      EVENT_LOG_URL: kafka,
      USER_STATE_URL: redis,
      RATING_STORE_URL: clickhouse,
      MODEL_STORE_URL: redis,
    }
    const start = (role: Role): Promise<TestSystem> => startSystem(['--roles', role], env)
    return {
      env,
      start,
      run: (...words: string[]) => runFoldstream(words, env),
      /** All four at once, as on a cluster. */
      async startAll() {
        const started = await Promise.all(ROLES.map(async (role) => [role, await start(role)] as const))
        return Object.fromEntries(started) as Record<Role, TestSystem>
      },
      async counts() {
        const [store, log] = [
          await openHttpRatingStore(clickhouse),
          await openKafkaLog(kafka, { min: 0.5, max: 5, positiveFrom: 4 }),
        ]
        try {
          const counted = await store.counts()
          expect(counted).toEqual(await countLog(log))
          return counted
        } finally {
          await Promise.all([store.close(), log.close()])
        }
      },
    }
  }

  async function stopAll(roles: Record<Role, TestSystem>): Promise<void> {
    const codes = await Promise.all(ROLES.map(async (role) => [role, await roles[role].stop()] as const))
    for (const [role, code] of codes) expect(code, roles[role].output()).toBe(0)
  }

  /** Keeps a list and a stream of it open, as a client does who asks one gateway alone. */
  async function follow({ url }: TestSystem, userId: string) {
    const path = `${url}/v1/users/${userId}/recommendations`
    const ask = (etag: string) => fetch(path, { headers: { 'if-none-match': etag } })
    const kept = await ask('')
    const etag = kept.headers.get('etag') as string
    const { items } = (await kept.json()) as { items: object[] }
    expect((await ask(etag)).status).toBe(304)
    const { nextList, cancel } = eventsOf(await fetch(`${path}/stream`))
    expect((await nextList()).answer).toMatchObject({ items })
    return {
      /** By the stream, and by a read that waits for nothing. */
      async isToldOneWithout(itemId: string): Promise<void> {
        let { answer } = await nextList()
        // What the model has not seen may join a list by itself.
        while (idsOf(answer).includes(itemId)) answer = (await nextList()).answer
        const anew = await ask(etag)
        expect(anew.status).toBe(200)
        expect(await anew.json()).toMatchObject({ items: answer.items })
        await cancel()
      },
    }
  }

  it('four processes do what one does on embedded stores, go on where they stopped, and tell what came through another gateway', async ({
    annotate,
  }) => {
    if (dataset.note) await annotate(dataset.note)
    const { start, startAll, run, counts } = place()
    const roles = await startAll()
    expect(await run('import', dataset.name)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^imported .* ratings/m),
    })
    const { code, output } = await run('rebuild')
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/^published generation/m) })
    for (const role of ROLES) await roles[role].ready()
    // A first model, made by itself of what had come by then, may still be the one that is served.
    const [, published = ''] = /^published generation ([\w-]+)/m.exec(output) ?? []
    await vi.waitFor(async () => expect((await roles.gateway.recommendations('1')).generation).toBe(published))
    await recommendsToKnownUsers(roles.gateway)
    const { strategy, generation, items } = await recommendsToNewcomers(roles.gateway)
    await roles.gateway.settled()
    await stopAll(roles)
    expect(roles.rebuilder.output()).not.toContain('not noted in ClickHouse')
    const counted = await counts()

    const [again, other] = await Promise.all([startAll(), start('gateway')])
    for (const system of [...Object.values(again), other]) await system.ready()
    expect(await again.gateway.recommendations('newcomer')).toMatchObject({ strategy, generation, items })
    const [itemId = ''] = idsOf({ items })
    const { isToldOneWithout } = await follow(again.gateway, 'newcomer')
    const token = await other.rate({ userId: 'newcomer', itemId, value: 5 })
    await isToldOneWithout(itemId)
    const after = await again.gateway.recommendations('newcomer', { after: token, wait: 10_000 })
    expect(after.freshness).toEqual({ satisfied: true })
    expect(idsOf(after)).not.toContain(itemId)
    await again.gateway.settled()
    expect(await other.stop(), other.output()).toBe(0)
    await stopAll(again)
    expect(await counts()).toEqual({ events: counted.events + 1, latest: counted.latest + 1 })
  }, 300_000)

  it('loses and doubles nothing when updater and sink are killed', async () => {
    const { start, startAll, counts } = place()
    const { gateway, updater, sink, ...others } = await startAll()
    const users = ['a', 'b', 'c', 'd']
    const post = async (from: number, to: number): Promise<void> => {
      await Promise.all(
        users.map(async (userId) => {
          for (let film = from; film < to; film++) await gateway.rate({ userId, itemId: `film ${film}`, value: 5 })
        }),
      )
    }
    const before = post(0, 100)
    await vi.waitFor(async () => expect((await gateway.ratingsOf('a')).size).toBeGreaterThan(10))
    await Promise.all([updater.kill(), sink.kill()])
    await before
    const [updaterAgain, sinkAgain] = await Promise.all([start('updater'), start('sink')])
    await post(100, 120)
    await gateway.settled()

    for (const userId of users) expect((await gateway.ratingsOf(userId)).size).toBe(120)
    // Four users like each film. The list may be a second old.
    await vi.waitFor(async () => {
      const { items } = await gateway.popular({ limit: 1000 })
      expect(items).toHaveLength(120)
      expect(items.filter(({ score }) => score !== users.length)).toEqual([])
    })
    await stopAll({ ...others, gateway, updater: updaterAgain, sink: sinkAgain })
    expect(await counts()).toEqual({ events: 480, latest: 480 })
  }, 300_000)

  it.for([
    { name: 'redis', variables: ['USER_STATE_URL', 'MODEL_STORE_URL'], part: 'user state' },
    { name: 'clickhouse', variables: ['RATING_STORE_URL'], part: 'rating store' },
    { name: 'kafka', variables: ['EVENT_LOG_URL'], part: 'event log' },
  ] as const)(
    'answers from what it knows while $name is away, says so, and goes on when it is back',
    { timeout: 300_000 },
    async ({ name, variables, part }, { skip }) => {
      const options = { folder: await testFolder(), port: await freePort(), detached: false }
      const startService = async () => {
        const service = await NATIVE[name](options)
        onTestFinished(service.stop)
        return service
      }
      const service = await startService().catch((error) => {
        // In a container it cannot be killed and keep its data.
        if (process.env.REQUIRE_SERVICES === '1') throw error
        return skip(messageOf(error))
      })
      const own = Object.fromEntries(variables.map((variable) => [variable, service.url]))
      const system = await startSystem([], { ...place().env, ...own, LOG_LEVEL: 'error' })
      const liked = { a: ['y', 'z'], b: ['x', 'y', 'z'], c: ['x', 'y', 'z'] }
      await system.rate(
        Object.entries(liked).flatMap(([userId, itemIds]) => itemIds.map((itemId) => ({ userId, itemId, value: 5 }))),
      )
      await vi.waitFor(async () => expect((await system.readiness()).model).toBe('loaded'))
      await system.settled()
      const { strategy, items } = await system.recommendations('a')
      expect({ strategy, items: idsOf({ items }) }).toEqual({ strategy: 'fold-in', items: ['x'] })

      await service.kill()
      await vi.waitFor(async () => {
        const { code, missing } = await system.readiness()
        expect(code).toBe(503)
        expect(missing.map((trouble) => trouble.part)).toContain(part)
      })
      expect(await system.recommendations('a')).toMatchObject({ strategy, items })

      await startService()
      await system.ready()
      const token = await system.rate({ userId: 'a', itemId: 'x', value: 1 })
      await system.settled()
      const after = await system.recommendations('a', { after: token })
      expect(after).toMatchObject({ items: [], freshness: { satisfied: true } })
      expect(await system.stop(), system.output()).toBe(0)
    },
  )
})
