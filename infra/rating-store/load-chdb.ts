import { ConfigError, messageOf } from '../errors.ts'

/**
 * 566 MB of native code, and not on every platform: loaded only when it is asked for.
 * @throws ConfigError where it does not run
 */
export async function loadChdb() {
  try {
    const [{ createChdbConnection }, { drainPending, Session }] = await Promise.all([
      import('chdb/connection'),
      import('chdb'),
    ])
    return { createChdbConnection, drainPending, Session }
  } catch (error) {
    throw new ConfigError(
      `ClickHouse cannot run inside this process: ${messageOf(error)}. It needs Linux with glibc, or macOS; elsewhere set RATING_STORE_URL to a ClickHouse server`,
    )
  }
}
