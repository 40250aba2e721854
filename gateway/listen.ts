import type { Server } from 'node:net'
import { ConfigError, messageOf } from '../infra/errors.ts'

export interface ListenAddress {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** What to choose another of where the address is taken. */
  readonly flags?: string
}

/**
 * Connections that may wait to be accepted, as far as the system lets them: all who follow a stream come back at once when a
 * process starts anew, and who finds no place tries again in seconds.
 */
const BACKLOG = 4_096

/** @throws ConfigError when the address cannot be listened on */
export function listen(server: Server, { host, port, flags = '--port or --host' }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const way = error.code === 'EADDRINUSE' ? 'Stop what listens there, or choose' : 'Choose'
      reject(new ConfigError(`cannot listen on ${host}:${port} (${messageOf(error)}). ${way} another ${flags}.`))
    })
    server.listen({ port, host, backlog: BACKLOG }, resolve)
  })
}
