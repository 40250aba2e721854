import { createServer, connect as dial, type Socket } from 'node:net'

/** Ways in which what lies between two processes fails them. */
export const WAYS = ['delay', 'cut', 'half-open', 'truncated'] as const
export type Way = (typeof WAYS)[number]

/** What a delay adds to each direction, at most, in ms. */
const LONGEST_DELAY_MS = 400
/** Bytes of answers that come through before a connection breaks, at most. */
const LONGEST_TRUNCATED_BYTES = 2_000

export interface FaultyProxy {
  readonly port: number
  /**
   * From now on it fails that way, until `heal`:
   *
   *   delay      whatever goes through comes later, in either direction
   *   cut        connections are reset, and new ones as soon as they are made
   *   half-open  connections fall silent for good, and new ones are accepted and never answered
   *   truncated  an answer breaks off somewhere, and its connection ends
   */
  fail(way: Way): void
  /** New connections work again. Those that fell silent stay so: whoever still waits on one has to notice. */
  heal(): void
  close(): Promise<void>
}

interface Link {
  readonly client: Socket
  server: Socket | undefined
  silent: boolean
  /** Of answers, until it breaks. */
  bytesLeft: number
}

/**
 * Stands in front of a service on loopback and passes on what goes to and fro.
 * @param random  from 0 to 1: where and when it breaks
 */
export async function startProxy(servicePort: number, random: () => number, port = 0): Promise<FaultyProxy> {
  const links = new Set<Link>()
  let way: Way | undefined

  const server = createServer((client) => {
    const link: Link = { client, server: undefined, silent: way === 'half-open', bytesLeft: Number.POSITIVE_INFINITY }
    links.add(link)
    client.setNoDelay(true)
    client.on('error', () => {})
    client.once('close', () => end(link))
    if (way === 'cut') return void client.resetAndDestroy()
    if (link.silent) return void client.pause()
    link.server = dial(servicePort, '127.0.0.1').setNoDelay(true)
    link.server.on('error', () => {})
    link.server.once('close', () => end(link))
    pass(link, client, link.server)
    pass(link, link.server, client)
    if (way === 'truncated') truncate(link)
  })

  function end({ client, server, silent }: Link): void {
    // Silence has no end: neither side hears of the other.
    if (silent && !client.destroyed) return
    client.destroy()
    server?.destroy()
    for (const link of links) if (link.client === client) links.delete(link)
  }

  function pass(link: Link, from: Socket, to: Socket): void {
    // As long for all that goes this way over this connection.
    const delayMs = LONGEST_DELAY_MS * random()
    const waiting: (() => void)[] = []
    /** Nothing overtakes what is on its way. */
    const soon = (step: () => void): void => {
      waiting.push(step)
      if (way === 'delay') setTimeout(() => waiting.shift()?.(), delayMs)
      else while (waiting.length > 0) waiting.shift()?.()
    }
    from.on('data', (bytes: Buffer) => soon(() => hand(link, bytes, from, to)))
    from.once('end', () => soon(() => void (link.silent || to.end())))
  }

  function hand(link: Link, bytes: Buffer, from: Socket, to: Socket): void {
    if (link.silent || to.destroyed) return
    const isAnswer = from === link.server
    const part = isAnswer ? bytes.subarray(0, link.bytesLeft) : bytes
    if (isAnswer) link.bytesLeft -= part.length
    if (!to.write(part)) {
      from.pause()
      to.once('drain', () => from.resume())
    }
    if (part.length < bytes.length) {
      from.destroy()
      to.end()
    }
  }

  function truncate(link: Link): void {
    link.bytesLeft = Math.floor(LONGEST_TRUNCATED_BYTES * random())
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    fail(next) {
      way = next
      for (const link of links) {
        if (way === 'cut') link.client.resetAndDestroy()
        else if (way === 'truncated') truncate(link)
        else if (way === 'half-open') link.silent = true
      }
    },
    heal() {
      way = undefined
      for (const link of links) link.bytesLeft = Number.POSITIVE_INFINITY
    },
    async close() {
      for (const link of links) {
        link.silent = false
        end(link)
      }
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
