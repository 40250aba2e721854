import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import kafkajs, { type Admin } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ConfigError, UnavailableError } from '../errors.ts'
import { silent } from '../logging.ts'
import { describeWithService } from '../services/for-tests.ts'
import { startKafka } from '../services/kafka.ts'
import { freePort } from '../services/process.ts'
import { consume, follow, numbered, record, sum } from './contract-tools.ts'
import { eventLogContract, STARS } from './event-log.contract.ts'
import { openKafkaLog } from './kafka.ts'
import { connectAdmin, createKafkaClient, DEADLINE_MS, parseKafkaUrl } from './kafka-client.ts'

describe('the URL of a Kafka log', () => {
  it('names brokers, and perhaps a prefix', () => {
    expect(parseKafkaUrl('kafka://one:9092,two')).toEqual({ brokers: ['one:9092', 'two:9092'], prefix: '' })
    expect(parseKafkaUrl('kafka://127.0.0.1:1234/test-1.')).toEqual({ brokers: ['127.0.0.1:1234'], prefix: 'test-1.' })
  })

  it.each(['kafka://', 'kafka://a b', 'kafka://one:port', 'kafka://one/a/b', 'kafka://user:secret@one', 'http://one'])(
    'is refused as %s, without repeating it',
    (url) => {
      expect(() => parseKafkaUrl(url)).toThrow(ConfigError)
      expect(() => parseKafkaUrl(url)).toThrow(/^EVENT_LOG_URL: expected kafka:/)
    },
  )

  it('where nothing listens is reported with what to do', async () => {
    const url = `kafka://127.0.0.1:${await freePort()}`
    const opening = openKafkaLog(url, STARS)
    await expect(opening).rejects.toThrow(UnavailableError)
    await expect(opening).rejects.toThrow(
      `Kafka at ${url.slice('kafka://'.length)} did not answer in 5 s. Is it running? Set EVENT_LOG_URL, or leave it out to use the embedded log.`,
    )
  })
})

it('a connection that is there only when it was given up is closed, so that the process can end', async () => {
  vi.useFakeTimers()
  try {
    const steps: string[] = []
    const connected = Promise.withResolvers<void>()
    const admin = {
      connect: () => connected.promise.then(() => steps.push('connected')),
      disconnect: async () => void steps.push('disconnected'),
    }
    const connecting = connectAdmin({ admin: () => admin } as never, { brokers: ['one:9092'], prefix: '' })
    const refused = expect(connecting).rejects.toThrow(UnavailableError)
    await vi.advanceTimersByTimeAsync(DEADLINE_MS)
    await refused
    connected.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(steps).toEqual(['connected', 'disconnected'])
  } finally {
    vi.useRealTimers()
  }
})

describeWithService('kafka', (url) => {
  let places = 0
  const newUrl = (): string => `${url}${places++}.`

  eventLogContract(
    'Kafka',
    async () => {
      const own = newUrl()
      return { open: (founding = STARS) => openKafkaLog(own, founding) }
    },
    { processes: 'many' },
  )

  describe('topics on Kafka', () => {
    let admin: Admin
    beforeAll(async () => {
      admin = createKafkaClient(parseKafkaUrl(url), silent).admin()
      await admin.connect()
    })
    afterAll(() => admin.disconnect())

    async function configOf(topic: string, names: string[]): Promise<Record<string, string>> {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: names }],
      })
      return Object.fromEntries(
        resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]) ?? [],
      )
    }

    it('are created to keep ratings for ever, and the last state of items', async () => {
      const own = newUrl()
      await (await openKafkaLog(own, STARS)).close()
      const { prefix } = parseKafkaUrl(own)
      const kept = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' }
      expect(await configOf(`${prefix}ratings`, Object.keys(kept))).toEqual(kept)
      expect(await configOf(`${prefix}items`, ['cleanup.policy'])).toEqual({ 'cleanup.policy': 'compact' })
      const served = { 'cleanup.policy': 'delete', 'retention.ms': '604800000', 'segment.ms': '86400000' }
      expect(await configOf(`${prefix}served`, Object.keys(served))).toEqual(served)
    })

    it('that exist keep their partitions', async () => {
      const own = newUrl()
      const configEntries = [{ name: 'retention.ms', value: '-1' }]
      const topic = `${parseKafkaUrl(own).prefix}ratings`
      await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 3, configEntries }] })
      const log = await openKafkaLog(own, STARS)
      expect(log.identity.partitions).toBe(3)
      expect(await log.ends('ratings')).toEqual([0, 0, 0])
      await log.close()
    })

    it('that would lose ratings are refused, saying what to set', async () => {
      const own = newUrl()
      const topic = `${parseKafkaUrl(own).prefix}ratings`
      await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 1 }] })
      const opening = openKafkaLog(own, STARS)
      await expect(opening).rejects.toThrow(ConfigError)
      await expect(opening).rejects.toThrow(`${topic} --add-config retention.ms=-1`)
    })

    it('are tailed by groups that are deleted afterwards', async () => {
      const own = newUrl()
      const { prefix } = parseKafkaUrl(own)
      const groups = async () =>
        (await admin.listGroups()).groups.filter(({ groupId }) => groupId.startsWith(`${prefix}foldstream-tail-`))
      const log = await openKafkaLog(own, STARS)
      await log.append('items', numbered('i1', 1))
      const tail = await follow(log, 'items')
      await tail.caughtUp
      expect(await groups()).toHaveLength(1)
      await tail.close()
      expect(await groups()).toEqual([])
      await log.close()
    })
  })

  it('acknowledges no rating while the clock here is far ahead of the broker, and goes on when it is right', async () => {
    const log = await openKafkaLog(newUrl(), STARS)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    try {
      const refused = log.append('ratings', [record('u1', 'from the future')])
      await expect(refused).rejects.toThrow(UnavailableError)
      await expect(refused).rejects.toThrow('60 minutes ahead')
      // What holds no time of ours: a consumer puts records aside all the same.
      await log.append('ratings.dead-letter', [record('u1', 'broken')])
    } finally {
      vi.useRealTimers()
    }
    await log.append('ratings', [record('u1', 'now')])
    await log.close()
  })

  it('goes on by itself after the broker was killed and started again', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'foldstream-kafka-'))
    const options = { folder, port: await freePort(), detached: false }
    let broker = await startKafka(options).catch((error) => context.skip(`no broker of our own: ${error}`))
    const log = await openKafkaLog(broker.url, STARS)
    const consumer = await consume(log, {
      group: 'g',
      handle: (batch) => batch.commit((batch.records.at(-1)?.offset ?? 0) + 1),
    })
    const tail = await follow(log, 'items')
    await log.append('ratings', numbered('u1', 3))
    await vi.waitFor(async () => expect(sum((await log.committed('ratings', 'g')).map((c) => c ?? 0))).toBe(3))

    await broker.kill()
    const refused = log.append('ratings', numbered('u1', 1))
    await expect(refused).rejects.toThrow(UnavailableError)
    await expect(refused).rejects.toThrow('EVENT_LOG_URL')
    await expect(log.ping()).rejects.toThrow(UnavailableError)

    broker = await startKafka(options)
    await vi.waitFor(() => log.ping())
    const [position] = await log.append('ratings', [record('u1', 'after')])
    await log.append('items', numbered('i1', 1))
    // The broker takes the lost member for alive until its session has ended.
    await vi.waitFor(() => expect(consumer.records.at(-1)).toMatchObject({ ...position }))
    await vi.waitFor(() => expect(tail.records.map(({ key }) => key)).toEqual(['i1']))
    const offsets = consumer.records.map(({ offset }) => offset)
    expect(offsets).toEqual(offsets.map((_, n) => n))

    await log.close()
    await broker.stop()
    await rm(folder, { recursive: true })
  })
})
