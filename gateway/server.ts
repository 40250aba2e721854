import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { ConfigError, messageOf } from '../infra/errors.ts'

export interface ServeOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** On stop, requests under way have this long. */
  readonly drainMs?: number
}

export interface Serving {
  /** http://HOST:PORT */
  readonly address: string
  /** Accepts no more connections, lets requests under way finish, and cuts off what has not by the deadline. */
  close(): Promise<void>
}

const DRAIN_MS = 5_000
/** A client that is slower than this to send its request is cut off. */
const REQUEST_TIMEOUT_MS = 60_000
const HEADERS_TIMEOUT_MS = 10_000
/** How often connections that fell idle are closed while draining: keep-alive would hold the server open for seconds. */
const SWEEP_MS = 50

/**
 * Serves a Hono app.
 * @throws ConfigError when the address cannot be listened on
 */
export async function serveGateway(
  app: { fetch(request: Request, env?: unknown): Response | Promise<Response> },
  { host, port, drainMs = DRAIN_MS }: ServeOptions,
): Promise<Serving> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    hostname: host,
    serverOptions: { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS },
  }) as Server
  await listen(server, host, port)
  const bound = server.address() as AddressInfo
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address

  return { address: `http://${name}:${bound.port}`, close: () => drain(server, drainMs) }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new ConfigError(`cannot listen on ${host}:${port} (${messageOf(error)}). Choose another --port or --host.`),
      )
    })
    server.listen(port, host, resolve)
  })
}

async function drain(server: Server, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
  const deadline = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearInterval(sweep)
  clearTimeout(deadline)
}
