import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROLES, type Role } from './config.ts'
import { openKafkaLog } from './event-log/kafka.ts'
import { openHttpRatingStore } from './rating-store/clickhouse.ts'
import { runFoldstream } from './services/foldstream.ts'
import { describeWithServices } from './services/for-tests.ts'
import {
  countLog,
  recommendsToKnownUsers,
  recommendsToNewcomers,
  SMALL_MODEL,
  startSystem,
  type TestDataset,
  type TestSystem,
  testDataset,
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

  it('four processes do what one does on embedded stores, and go on where they stopped', async ({ annotate }) => {
    if (dataset.note) await annotate(dataset.note)
    const { startAll, run, counts } = place()
    const roles = await startAll()
    expect(await run('import', dataset.name)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^imported .* ratings/m),
    })
    expect(await run('rebuild')).toMatchObject({ code: 0, output: expect.stringMatching(/^published generation/m) })
    for (const role of ROLES) await roles[role].ready()
    await recommendsToKnownUsers(roles.gateway)
    const { strategy, generation, items } = await recommendsToNewcomers(roles.gateway)
    await roles.gateway.settled()
    await stopAll(roles)
    const counted = await counts()

    const again = await startAll()
    for (const role of ROLES) await again[role].ready()
    expect(await again.gateway.recommendations('newcomer')).toMatchObject({ strategy, generation, items })
    const [known] = items
    const token = await again.gateway.rate({ userId: 'newcomer', itemId: known?.itemId as string, value: 5 })
    const after = await again.gateway.recommendations('newcomer', `?after=${token}&wait=10000`)
    expect(after.freshness).toEqual({ satisfied: true })
    expect(after.items.map(({ itemId }) => itemId)).not.toContain(known?.itemId)
    await again.gateway.settled()
    await stopAll(again)
    expect(await counts()).toEqual({ events: counted.events + 1, latest: counted.latest + 1 })
  }, 120_000)
})
