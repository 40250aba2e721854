import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { generationOf, openTestGateway } from './gateway.fixture.ts'
import { serveGateway } from './server.ts'

const STREAMS = 5_000
/** More might have no place in the system's queue, and try again in seconds. */
const AT_ONCE = 250
/** Streams of the first user; everybody else has one. */
const SHARED = 10

const userOf = (n: number): string => (n < SHARED ? 'ann' : `u${n}`)

/** A model in which everybody's list is another one than before. */
function model(id: string, turn: number) {
  const items = Array.from({ length: 300 }, (_, n): [string, [number, number]] => [
    `i${n}`,
    [Math.cos(turn * n), Math.sin(turn * n)],
  ])
  return generationOf(id, Object.fromEntries(items))
}

/** A reader with a connection of its own, that counts what it is told. */
function follow(port: number, userId: string) {
  const heard = { userId, lists: 0, generations: new Set<string>(), closed: false }
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1')
  socket.on('error', () => {})
  socket.on('close', () => {
    heard.closed = true
  })
  socket.on('data', (chunk) => {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end)
      text = text.slice(end + 2)
      if (!event.includes('event: list\n')) continue
      heard.lists++
      heard.generations.add(/"generation":"(\w+)"/.exec(event)?.[1] ?? 'none')
    }
  })
  socket.write(`GET /v1/users/${userId}/recommendations/stream?limit=5 HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  return { heard, socket }
}

function stopwatch(): () => number {
  const began = performance.now()
  return () => Math.round(performance.now() - began)
}

it('follows 5,000 lists at once', async ({ annotate }) => {
  const gateway = await openTestGateway()
  onTestFinished(() => gateway.stop())
  gateway.serve(model('g1', 1))
  const rate = (userIds: Iterable<string>, itemIds: readonly string[], appliedOffset: number) =>
    gateway.state.writeMany(
      Array.from(userIds, (userId) => ({
        userId,
        expectedOffset: appliedOffset === 0 ? undefined : appliedOffset - 1,
        next: {
          userId,
          history: new Map(
            itemIds.map((itemId, n) => [
              itemId,
              { itemId, value: 5, occurredAt: n, offset: n, eventId: crypto.randomUUID(), superseded: [] },
            ]),
          ),
          vector: undefined,
          generation: undefined,
          appliedOffset,
        },
      })),
    )
  await rate(new Set(Array.from({ length: STREAMS }, (_, n) => userOf(n))), ['i7'], 0)
  const serving = await serveGateway(gateway.app, { host: '127.0.0.1', port: 0 })
  onTestFinished(serving.close)
  const port = Number(new URL(serving.address).port)

  const before = process.memoryUsage().rss
  const opened = stopwatch()
  const streams: ReturnType<typeof follow>[] = []
  onTestFinished(() => streams.forEach(({ socket }) => void socket.destroy()))
  while (streams.length < STREAMS) {
    const some = Array.from({ length: AT_ONCE }, (_, n) => follow(port, userOf(streams.length + n)))
    streams.push(...some)
    await Promise.all(some.map(({ socket }) => once(socket, 'connect')))
  }
  const all = streams.map(({ heard }) => heard)
  const lists = () => all.map((heard) => heard.lists)
  await vi.waitFor(() => expect(all.every((heard) => heard.lists > 0)).toBe(true))
  const opening = opened()
  const kibibytes = Math.round((process.memoryUsage().rss - before) / STREAMS / 1024)

  await rate(['ann'], ['i7', 'i8'], 1)
  const told = all.map(({ userId }) => (userId === 'ann' ? 2 : 1))
  await vi.waitFor(() => expect(all.filter((heard) => heard.lists > 1)).toHaveLength(SHARED))
  expect(lists()).toEqual(told)

  gateway.serve(model('g2', 1.1))
  const switched = stopwatch()
  const waits: number[] = []
  while (all.some(({ generations }) => !generations.has('g2'))) {
    const asked = stopwatch()
    expect((await fetch(`${serving.address}/livez`)).status).toBe(200)
    waits.push(asked())
  }
  const switching = switched()
  // They did not have to wait until everybody had been told.
  expect(waits.length).toBeGreaterThan(3)
  expect(lists()).toEqual(told.map((count) => count + 1))

  const middle = waits.toSorted((x, y) => x - y)[waits.length >> 1]
  await annotate(
    `first lists in ${opening} ms, ${kibibytes} KiB each with the reader's end; after a switch in ${switching} ms, while others waited ${middle} ms in the median, ${Math.max(...waits)} at most`,
  )

  gateway.leave()
  const closed = serving.close()
  await Promise.all(streams.map(({ heard, socket }) => heard.closed || once(socket, 'close')))
  await closed
  expect(String((await gateway.get('/metrics')).body)).toContain('foldstream_open_streams 0')
})
