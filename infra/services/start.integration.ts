import { createClient } from '@clickhouse/client'
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { expect, it } from 'vitest'
import { describeWithService } from './for-tests.ts'

describeWithService('kafka', (url, another) => {
  it('takes and gives records, and creates no topic by itself', async () => {
    const kafka = new Kafka({ brokers: [new URL(url).host], logLevel: logLevel.NOTHING, retry: { retries: 1 } })
    const topic = `${new URL(url).pathname.slice(1)}topic`
    const admin = kafka.admin()
    await admin.connect()
    await expect(admin.fetchTopicOffsets(topic)).rejects.toThrow('does not host')
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 2 }] })
    // A broker takes a moment to hear of a topic that it has just been asked for.
    const producer = kafka.producer({ retry: { retries: 8, initialRetryTime: 100 } })
    await producer.connect()
    await producer.send({ topic, acks: -1, messages: [{ key: 'a', value: '1', partition: 1 }] })
    const ends = (await admin.fetchTopicOffsets(topic)).map(({ partition, offset }) => [partition, offset])
    expect(ends.sort()).toEqual([
      [0, '0'],
      [1, '1'],
    ])
    expect(another()).not.toBe(url)
    await producer.disconnect()
    await admin.disconnect()
  })
})

describeWithService('redis', (url, another) => {
  it('is durable, evicts nothing, and keeps its places apart', async () => {
    const redis = new Redis(url)
    const neighbour = new Redis(another())
    await redis.set('key', 'value')
    expect(await neighbour.get('key')).toBeNull()
    expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'yes'])
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
    await Promise.all([redis.quit(), neighbour.quit()])
  })
})

describeWithService('clickhouse', (url) => {
  it('answers the official client', async () => {
    const { origin, pathname } = new URL(url)
    const clickhouse = createClient({ url: origin })
    const database = pathname.slice(1)
    await clickhouse.command({ query: `CREATE DATABASE ${database}` })
    const answer = await clickhouse.query({ query: 'SELECT 1 AS one', format: 'JSONEachRow' })
    expect(await answer.json()).toEqual([{ one: 1 }])
    await clickhouse.close()
  })
})
