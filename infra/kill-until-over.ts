import { setTimeout as sleep } from 'node:timers/promises'

const KILL_AGAIN_MS = 100

/**
 * Kills what goes on until it is over: again and again, since what has not begun yet is not found.
 * @param kill  where it fails, what was to be killed ends by itself in the end
 */
export async function killUntilOver(kill: () => Promise<unknown>, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await kill().catch(() => {})
    await sleep(KILL_AGAIN_MS)
  }
}
