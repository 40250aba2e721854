import { expect, it, onTestFinished, vi } from 'vitest'
import { ROLES } from './config/values.ts'
import { erase, filesThatSay, OTHERS, ratingsOf, receipt, says, train, ZAPHOD } from './erasure.fixture.ts'
import { messageOf } from './errors.ts'
import { rewriteKafkaLog } from './event-log/rewrite-kafka.ts'
import { silent } from './logging.ts'
import { runFoldstream } from './services/foldstream.ts'
import { freePort } from './services/process.ts'
import { NATIVE, SERVICE_NAMES, type ServiceName } from './services/start.ts'
import { SMALL_MODEL, startSystem, type TestSystem, testFolder } from './system.fixture.ts'

/** Kafka takes the files of a topic off the disk a minute after the topic. */
const FILES_GONE = { timeout: 180_000, interval: 1_000 }

it('an embedded log becomes another one, and its stores are filled anew', async () => {
  const folder = await testFolder()
  const run = (...words: string[]) => runFoldstream([...words, '--data-dir', folder], SMALL_MODEL)
  const start = () => startSystem(['--data-dir', folder, '--dataset', 'none'], SMALL_MODEL)
  let system = await start()
  await system.rate(ratingsOf(ZAPHOD, ...OTHERS))
  await system.settled()
  await system.recommendations(ZAPHOD)
  await train(system)
  const erasureId = await erase(system, ZAPHOD)
  const token = await system.rate({ userId: 'ford', itemId: 'a', value: 5 })
  expect(await run('rewrite-log')).toEqual(says(2, /in use by process/))
  expect(await system.stop()).toBe(0)
  expect(await filesThatSay(ZAPHOD, folder)).not.toEqual([])
  expect(await run('rewrite-log')).toEqual(says(0, /without 5 records of erased users/))
  expect(await filesThatSay(ZAPHOD, folder)).toEqual([])

  system = await start()
  expect(await receipt(system, erasureId)).toMatchObject({ status: 'complete', logBytes: 'removed' })
  expect((await system.ratingsOf('ford')).size).toBe(3)
  await expect(system.recommendations('ford', { after: token })).rejects.toThrow(/another log/)
  expect(await system.stop()).toBe(0)
}, 240_000)

it('leaves no trace of who was erased in the files of Kafka, Redis and ClickHouse', async ({ skip }) => {
  const folder = await testFolder()
  const urls = {} as Record<ServiceName, string>
  for (const name of SERVICE_NAMES) {
    const service = await NATIVE[name]({ folder, port: await freePort(), detached: false }).catch((error) => {
      // Nobody may look into the files of a container.
      if (process.env.REQUIRE_SERVICES === '1') throw error
      return skip(messageOf(error))
    })
    onTestFinished(service.stop)
    urls[name] = service.url
  }
  const env = {
    ...{ ...SMALL_MODEL, DATA_DIR: await testFolder(), EVENT_LOG_URL: `${urls.kafka}/shop.` },
    ...{ USER_STATE_URL: `${urls.redis}/1`, RATING_STORE_URL: urls.clickhouse, MODEL_STORE_URL: `${urls.redis}/2` },
  }
  const run = (...words: string[]) => runFoldstream(words, env)
  const start = (...roles: string[]) => startSystem(['--dataset', 'none', '--roles', roles.join()], env)
  const saying = async () => new Set((await filesThatSay(ZAPHOD, folder)).map((file) => file.split('/')[0]))

  let system: TestSystem = await start(...ROLES)
  await system.rate(ratingsOf(ZAPHOD, ...OTHERS))
  await system.settled()
  await system.recommendations(ZAPHOD)
  await train(system)
  const erasureId = await erase(system, ZAPHOD)
  await vi.waitFor(async () =>
    expect(await receipt(system, erasureId)).toMatchObject({
      status: 'running',
      stores: { 'user state': 'erased', 'rating store': 'erased', 'model store': 'until newer models' },
      logBytes: 'until rewrite-log',
    }),
  )
  // The next model takes them out of the one before.
  await system.rate(ratingsOf('marvin'))
  await train(system)
  await vi.waitFor(
    async () => expect(await receipt(system, erasureId)).toMatchObject({ status: 'waiting' }),
    FILES_GONE,
  )
  expect(await system.stop()).toBe(0)
  const gateway = await start('gateway')
  expect(await run('rewrite-log')).toEqual(says(2, /foldstream-tail-.* read the log: foldstream runs/))
  expect(await gateway.stop()).toBe(0)
  expect(await saying()).toEqual(new Set(['clickhouse', 'kafka', 'redis']))

  expect(await run('rewrite-log')).toEqual(says(0, /without 5 records of erased users/))
  await vi.waitFor(async () => expect(await saying()).toEqual(new Set()), FILES_GONE)
  expect(await run('verify')).toEqual(says(0, /\b12 events: 0 missing(.*\n)*everything is as the log says/))
  system = await start(...ROLES)
  expect(await receipt(system, erasureId)).toMatchObject({ status: 'complete', logBytes: 'removed' })
  expect((await system.readiness()).model).toBe('loaded')
  expect((await system.ratingsOf('ford')).size).toBe(3)
  expect((await system.ratingsOf(ZAPHOD)).size).toBe(0)
  // Whoever comes under that name now is somebody new, and stays who he is.
  await system.rate(ratingsOf(ZAPHOD))
  await erase(system, 'marvin')
  expect(await system.stop()).toBe(0)

  // Broken off once the log is another one: nobody goes on with the stores of the former, until it is brought to its end.
  await rewriteKafkaLog(env.EVENT_LOG_URL, () => undefined, silent)
  await expect(start(...ROLES)).rejects.toThrow(/npm run rewrite-log brings it to its end/)
  expect(await run('rewrite-log')).toEqual(says(0, /that was broken off is done/))
  expect(await run('verify')).toEqual(says(0, /everything is as the log says/))
  system = await start(...ROLES)
  expect((await system.ratingsOf(ZAPHOD)).size).toBe(3)
  expect((await system.ratingsOf('marvin')).size).toBe(0)
  expect(await receipt(system, erasureId)).toMatchObject({ status: 'complete' })
  expect(await system.stop()).toBe(0)
}, 600_000)
