import { timingSafeEqual } from 'node:crypto'
import { type ApiKeys, sha256 } from '../gateway/api-keys.ts'
import { serveGateway } from '../gateway/server.ts'
import type { DataFolder } from './data-folder.ts'
import type { Logger } from './logging.ts'
import { sqlAddress } from './ports.ts'
import { openSql } from './wiring.ts'

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
  const options = { ...sqlAddress(port), limits: { headerBytes: HEADER_BYTES } }
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
