import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { socketsForKafka } from './kafka-socket.ts'

let broker: Server
let accepted: Socket
let client: Socket
let heard: string[]

beforeEach(async () => {
  broker = createServer().listen(0, '127.0.0.1')
  await once(broker, 'listening')
  const { port } = broker.address() as { port: number }
  const [[socket]] = await Promise.all([once(broker, 'connection'), connected(port)])
  accepted = socket.setNoDelay(true)
})
afterEach(() => {
  client.destroy()
  accepted.destroy()
  broker.close()
})

async function connected(port: number): Promise<void> {
  heard = []
  const up = Promise.withResolvers<void>()
  client = socketsForKafka(1_000).open({ host: '127.0.0.1', port, ssl: undefined as never, onConnect: up.resolve })
  client.on('data', (bytes) => heard.push(bytes.toString('latin1')))
  client.on('error', () => {})
  await up.promise
}

const answer = (text: string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeInt32BE(text.length)
  return Buffer.concat([length, Buffer.from(text)])
}

it('hands on answers that came in pieces, or several at once, whole and in their order', async () => {
  const bytes = Buffer.concat([answer('one'), answer(''), answer('three'.repeat(50_000)), answer('four')])
  for (const [from, to] of [
    [0, 2],
    [2, 9],
    [9, 100_000],
    [100_000, bytes.length],
  ] as const) {
    accepted.write(bytes.subarray(from, to))
    await sleep(20)
  }
  accepted.end()
  await once(client, 'close')
  expect(heard.join('')).toBe(bytes.toString('latin1'))
  let whole = ''
  for (const part of heard) {
    whole += part
    expect([7, 11, 11 + 250_004, bytes.length]).toContain(whole.length)
  }
})

it('hands on nothing of an answer that broke off', async () => {
  accepted.write(answer('whole'))
  accepted.end(answer('broken off').subarray(0, 9))
  await once(client, 'close')
  expect(heard).toEqual([answer('whole').toString('latin1')])
})

it('ends with what can be no answer', async () => {
  accepted.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2]))
  await expect(once(client, 'close')).rejects.toThrow('no answer of Kafka')
  expect(heard).toEqual([])
})

it('is given up when it was asked something and stays silent, and not while it is asked nothing', async () => {
  await sleep(2_500)
  expect(client.destroyed).toBe(false)
  client.write('a question')
  const [error] = await once(client, 'error')
  expect(error.message).toBe('no answer in 1 s')
})
