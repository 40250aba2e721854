import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { answerBrokenRequests } from './broken-requests.ts'
import { type ListenAddress, listen } from './listen.ts'

export interface ServeOptions extends ListenAddress {
  /** On stop, requests under way have this long. */
  readonly drainMs?: number
  readonly limits?: Partial<Limits>
}

interface Limits {
  /** Bytes that path and headers may have together; 431 past them. */
  readonly headerBytes: number
  /** ms for the headers to arrive, then for the body: 408 past them. */
  readonly headersMs: number
  readonly requestMs: number
  /**
   * ms for which an answer that has begun may wait for its reader to take any of it, and a body for its sender; then the connection
   * ends, and so does one on which nothing was ever asked. How long an answer may take to begin is limited by the budget of a request (time-budget.ts).
   */
  readonly stalledMs: number
  /** ms for which a connection is kept for its next request. */
  readonly keptMs: number
  /** How often connections are held against the first two. */
  readonly checkMs: number
}

export interface Serving {
  /** http://HOST:PORT */
  readonly address: string
  /** Accepts no more connections, lets requests under way finish, and cuts off what has not by the deadline. */
  close(): Promise<void>
}

const DRAIN_MS = 5_000
const LIMITS: Limits = {
  headerBytes: 16 << 10,
  headersMs: 10_000,
  requestMs: 60_000,
  // More than the pause between two heartbeats of an event stream.
  stalledMs: 30_000,
  // Longer than proxies keep theirs, most of them a minute: who closes first may do so in the face of a request.
  keptMs: 65_000,
  checkMs: 2_000,
}
/** How often connections that fell idle are closed while draining: keep-alive would hold the server open for seconds. */
const SWEEP_MS = 50

/**
 * Serves a Hono app. Whoever is slow to send or to read is cut off.
 * @throws ConfigError when the address cannot be listened on
 */
export async function serveGateway(
  app: { fetch(request: Request, env?: unknown): Response | Promise<Response> },
  { drainMs = DRAIN_MS, limits = {}, ...address }: ServeOptions,
): Promise<Serving> {
  const { headerBytes, headersMs, requestMs, stalledMs, keptMs, checkMs } = { ...LIMITS, ...limits }
  const server = createAdaptorServer({
    fetch: app.fetch,
    hostname: address.host,
    serverOptions: {
      maxHeaderSize: headerBytes,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: checkMs,
      keepAliveTimeout: keptMs,
    },
  }) as Server
  // A socket counts as active while its reader takes what was written, however slowly.
  server.setTimeout(stalledMs)
  server.on('request', waitForAnswer)
  answerBrokenRequests(server, headerBytes)
  await listen(server, address)
  const bound = server.address() as AddressInfo
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address

  return { address: `http://${name}:${bound.port}`, close: () => drain(server, drainMs) }
}

/** Nothing moves on a connection while an answer is being made. */
function waitForAnswer(request: IncomingMessage, response: ServerResponse): void {
  response.on('timeout', (socket: Socket) => {
    if (!request.complete || response.headersSent) socket.destroy()
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
