import type { Logger } from '../../logging.ts'
import { createSqlApp } from './app.ts'
import { openEngine } from './engine.ts'

export interface SqlPort {
  fetch(request: Request): Response | Promise<Response>
  /** Ends what runs. */
  close(): Promise<void>
}

/**
 * ClickHouse's HTTP interface over the embedded rating store in `folder`, which this process has open: what may be read of it.
 * @param mayRead  by the password that was sent
 */
export async function openSqlPort(
  folder: string,
  mayRead: (password: string) => boolean,
  logger: Logger,
): Promise<SqlPort> {
  const engine = await openEngine(folder, logger)
  return { fetch: createSqlApp(engine, { mayRead }).fetch, close: engine.close }
}
