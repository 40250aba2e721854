import { once } from 'node:events'
import { connect } from 'node:net'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { ConfigError } from '../infra/errors.ts'
import { serveGateway } from './server.ts'

const local = { host: '127.0.0.1', port: 0 }

it('lets requests under way finish, and refuses new ones', async () => {
  const release = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  const app = new Hono().get('/slow', async (c) => {
    entered.resolve()
    await release.promise
    return c.text('done')
  })
  const serving = await serveGateway(app, local)
  const slow = fetch(`${serving.address}/slow`)
  await entered.promise
  const closed = serving.close()
  await expect(fetch(`${serving.address}/slow`)).rejects.toThrow()
  release.resolve()
  expect(await (await slow).text()).toBe('done')
  await closed
})

it('closes connections that only idle', async () => {
  const serving = await serveGateway(
    new Hono().get('/', (c) => c.text('here')),
    local,
  )
  await (await fetch(serving.address)).text()
  await serving.close()
})

it('cuts off what does not end by the deadline', async () => {
  const entered = Promise.withResolvers<void>()
  const app = new Hono().get('/', () => {
    entered.resolve()
    return new Promise<Response>(() => {})
  })
  const serving = await serveGateway(app, { ...local, drainMs: 50 })
  const socket = connect(Number(new URL(serving.address).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await entered.promise
  const cut = once(socket, 'close')
  await serving.close()
  await cut
})

it('says which address it cannot listen on', async () => {
  const serving = await serveGateway(new Hono(), local)
  const port = Number(new URL(serving.address).port)
  await expect(serveGateway(new Hono(), { ...local, port })).rejects.toThrow(ConfigError)
  await expect(serveGateway(new Hono(), { ...local, port })).rejects.toThrow(`127.0.0.1:${port}`)
  await serving.close()
})
