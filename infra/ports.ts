import { createServer, type Server } from 'node:net'
import { type ListenAddress, listen } from '../gateway/listen.ts'
import type { Config } from './config/settings.ts'

const DEFAULT_PORT = 3000

export const gatewayAddress = ({ HOST, PORT = DEFAULT_PORT }: Config): ListenAddress => ({ host: HOST, port: PORT })

/**
 * This machine alone, whatever HOST says: ClickHouse's interface sends passwords as they are. Whoever needs it elsewhere goes through a
 * tunnel of their own, or runs a ClickHouse server.
 */
export const sqlAddress = (port: number): ListenAddress => ({ host: '127.0.0.1', port, flags: '--clickhouse-port' })

/**
 * Listens on all of a start's addresses for a moment. They are opened last, when a log has been founded and a dataset found: one that is
 * taken is to be told of before.
 * @throws ConfigError that names it
 */
export async function checkPorts(config: Config): Promise<void> {
  const { ROLES, PORT, CLICKHOUSE_PORT } = config
  // A process without a gateway tells how it is only where a port is given.
  const served = ROLES.includes('gateway') || PORT !== undefined ? [gatewayAddress(config)] : []
  const addresses = [...served, ...(CLICKHOUSE_PORT === undefined ? [] : [sqlAddress(CLICKHOUSE_PORT)])]
  const held: Server[] = []
  try {
    for (const address of addresses) {
      // A page that is still open may ask just now.
      const server = createServer((socket) => socket.destroy())
      await listen(server, address)
      held.push(server)
    }
  } finally {
    for (const server of held) await server[Symbol.asyncDispose]()
  }
}
