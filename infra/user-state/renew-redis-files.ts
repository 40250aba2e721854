import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, UnavailableError } from '../errors.ts'
import type { Logger } from '../logging.ts'
import { connectRedis } from './redis-connection.ts'

const LOOK_MS = 100
/** Redis writes some 100 MB/s. */
const PATIENCE_MS = 600_000

/**
 * Has Redis write its files anew from what it holds now: its append-only file keeps what was removed until it has doubled, and a
 * snapshot until the next one.
 * @throws UnavailableError when Redis does not, or may not be asked to, saying what to do
 */
export async function renewRedisFiles(url: string, logger: Logger): Promise<void> {
  const { redis, close } = await connectRedis(url, logger)
  const persistence = async (): Promise<Map<string, string>> => {
    const lines = (await redis.info('persistence')).split('\r\n').map((line) => line.split(':') as [string, string])
    return new Map(lines)
  }
  const untilDone = async (...flags: string[]): Promise<void> => {
    const deadline = performance.now() + PATIENCE_MS
    for (let found = await persistence(); flags.some((flag) => found.get(flag) === '1'); found = await persistence()) {
      if (performance.now() > deadline) throw new Error(`it is at it for ${PATIENCE_MS / 60_000} minutes`)
      await sleep(LOOK_MS)
    }
  }
  const renewed = async (ask: () => Promise<unknown>, status: string): Promise<void> => {
    // One that is under way may have begun before the last removal.
    await untilDone('aof_rewrite_in_progress', 'aof_rewrite_scheduled', 'rdb_bgsave_in_progress')
    await ask()
    await untilDone('aof_rewrite_in_progress', 'aof_rewrite_scheduled', 'rdb_bgsave_in_progress')
    if ((await persistence()).get(status) !== 'ok') throw new Error('it failed; see the log of Redis')
  }
  try {
    await renewed(() => redis.call('BGREWRITEAOF'), 'aof_last_bgrewrite_status')
    await renewed(() => redis.call('BGSAVE'), 'rdb_last_bgsave_status')
  } catch (error) {
    throw new UnavailableError(
      `Redis at ${new URL(url).host} did not write its files anew: ${messageOf(error)}. They may hold who was erased. All else is done. Run BGREWRITEAOF and BGSAVE there, with redis-cli.`,
      { cause: error },
    )
  } finally {
    await close()
  }
}
