import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { openLoop, type Sent } from './load.ts'

describe('the open loop', () => {
  let server: Server | undefined
  afterEach(() => server?.close())

  function serve(answer: (response: ServerResponse) => void): Promise<string> {
    return new Promise((resolve) => {
      server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1', function (this: Server) {
        resolve(`http://127.0.0.1:${(this.address() as AddressInfo).port}`)
      })
    })
  }
  const next = (): Sent => ({ method: 'GET', path: '/' })
  const load = { perSecond: 200, seconds: 0.2, warmUpSeconds: 0, next }

  it('sends what is due though nothing before it was answered', async () => {
    const held: ServerResponse[] = []
    const url = await serve((response) => {
      held.push(response)
      // Sooner than that nobody is answered: whoever waits for an answer would wait for ever.
      if (held.length === 40) for (const one of held) one.end('late')
    })
    expect(await openLoop({ ...load, url, connections: 40 })).toMatchObject({ failed: 0, perSecond: 200 })
    expect(held).toHaveLength(40)
  })

  it('counts answers other than 2xx, and requests without one, as failed', async () => {
    let n = 0
    const url = await serve((response) => {
      n++
      if (n % 4 === 0) response.destroy()
      else response.writeHead(n % 4 === 1 ? 503 : 202).end()
    })
    expect(await openLoop({ ...load, url, connections: 40 })).toMatchObject({ failed: 20 })
  })
})
