import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

/** A process of its own that answers nothing, by the server and the framework that the gateway has: what these alone cost. */
const app = new Hono().get('/', (c) => c.text(''))
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (address) =>
  console.log(`listening on http://127.0.0.1:${(address as AddressInfo).port}`),
)
