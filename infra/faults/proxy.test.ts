import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FaultyProxy, startProxy } from './proxy.ts'

const ANSWER = 'x'.repeat(10_000)
const SILENT_MS = 300

const service = createServer((socket) => {
  socket.on('error', () => {})
  socket.on('data', (asked) => socket.write(asked.toString() === 'hello' ? 'hello' : ANSWER))
})
let proxy: FaultyProxy

beforeEach(async () => {
  await once(service.listen(0, '127.0.0.1'), 'listening')
  proxy = await startProxy((service.address() as { port: number }).port, () => 0.5)
})
afterEach(async () => {
  await proxy.close()
  await new Promise((resolve) => service.close(resolve))
})

interface Conversation {
  readonly socket: Socket
  heard: number
  /** undefined: it is open. */
  end: string | undefined
}

/** What is written waits for the connection. */
function dialled(): Conversation {
  const talk: Conversation = { socket: connect(proxy.port, '127.0.0.1'), heard: 0, end: undefined }
  talk.socket.on('data', (bytes) => {
    talk.heard += bytes.length
  })
  talk.socket.once('end', () => {
    talk.end = 'ended'
  })
  talk.socket.on('error', (error: NodeJS.ErrnoException) => {
    talk.end = error.code
  })
  return talk
}

/** A connection that has had one answer: it stands all the way. */
async function talking(): Promise<Conversation> {
  const talk = dialled()
  talk.socket.write('hello')
  await expect.poll(() => talk.heard).toBe(5)
  talk.heard = 0
  return talk
}

it('passes on what goes to and fro', async () => {
  const talk = await talking()
  talk.socket.write('long')
  await expect.poll(() => talk.heard).toBe(ANSWER.length)
  expect(talk.end).toBeUndefined()
})

it('delays, loses nothing, and keeps the order', async () => {
  const talk = await talking()
  proxy.fail('delay')
  const began = performance.now()
  talk.socket.write('long')
  await expect.poll(() => talk.heard).toBe(ANSWER.length)
  // Half of the longest, each way.
  expect(performance.now() - began).toBeGreaterThan(390)
})

it('cuts connections, and new ones', async () => {
  const talk = await talking()
  proxy.fail('cut')
  await expect.poll(() => talk.end).toBe('ECONNRESET')
  const another = dialled()
  await expect.poll(() => another.end).toBe('ECONNRESET')
  proxy.heal()
  await talking()
})

it('lets connections fall silent for good, and accepts new ones without an answer', async () => {
  const talk = await talking()
  proxy.fail('half-open')
  const another = dialled()
  for (const { socket } of [talk, another]) socket.write('long')
  await sleep(SILENT_MS)
  proxy.heal()
  for (const { socket } of [talk, another]) socket.write('long')
  await sleep(SILENT_MS)
  for (const { heard, end } of [talk, another]) expect({ heard, end }).toEqual({ heard: 0, end: undefined })
  await talking()
})

it('breaks an answer off, and its connection', async () => {
  const talk = await talking()
  proxy.fail('truncated')
  talk.socket.write('long')
  await expect.poll(() => talk.end).toBeDefined()
  expect(talk.heard).toBeGreaterThan(0)
  expect(talk.heard).toBeLessThan(ANSWER.length)
  proxy.heal()
  await talking()
})
