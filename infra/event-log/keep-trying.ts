import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../logging.ts'

const PAUSE_MS = 1_000

/**
 * Repeats `task` until it succeeds or `over()` says that nobody wants its result any more.
 * @returns what the task returned; undefined when it was over before
 */
export async function keepTrying<T>(
  task: () => Promise<T>,
  { over, logger, doing }: { over: () => boolean; logger: Logger; doing: string },
): Promise<T | undefined> {
  while (!over()) {
    try {
      return await task()
    } catch (error) {
      logger.warn({ err: error }, `${doing} failed; trying again`)
      await sleep(PAUSE_MS)
    }
  }
  return undefined
}
