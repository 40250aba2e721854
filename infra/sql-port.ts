import { timingSafeEqual } from 'node:crypto'
import { type ApiKeys, sha256 } from '../gateway/api-keys.ts'
import { serveGateway } from '../gateway/server.ts'
import type { DataFolder } from './data-folder.ts'
import type { Logger } from './logging.ts'
import { openSql } from './wiring.ts'

/**
 * This machine alone, whatever HOST says: ClickHouse's interface sends passwords as they are. Whoever needs it elsewhere goes through a
 * tunnel of their own, or runs a ClickHouse server.
 */
const HOST = '127.0.0.1'
/** Parameters stand in the URL, which counts among the headers. */
const HEADER_BYTES = 256 << 10

/**
 * Opens the embedded ClickHouse to its clients, for reading. With API keys, one of the scope `read` is the password.
 * @throws ConfigError when the port is taken
 */
export async function startSqlPort(
  port: number,
  folder: DataFolder,
  { apiKeys, logger }: { readonly apiKeys: ApiKeys | undefined; readonly logger: Logger },
) {
  const mayRead = (password: string): boolean => {
    if (apiKeys === undefined) return true
    const digest = sha256(password)
    return (
      apiKeys
        .current()
        .filter((key) => timingSafeEqual(key.sha256, digest))[0]
        ?.scopes.includes('read') ?? false
    )
  }
  const sql = await openSql(folder, mayRead, logger)
  const options = { host: HOST, port, limits: { headerBytes: HEADER_BYTES }, flags: '--clickhouse-port' }
  const server = await serveGateway(sql, options).catch(async (error) => {
    await sql.close()
    throw error
  })
  return {
    address: server.address,
    async close() {
      await Promise.all([server.close(), sql.close()])
    },
  }
}
