import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_MS = 100

/** Prints `ready` once `/readyz` says so, as anybody else would see it. @param address  http://HOST:PORT of this process */
export async function sayWhenReady(address: string, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    const answer = await fetch(`${address}/readyz`, { signal: stopped }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return console.log('ready')
    await sleep(LOOK_MS, undefined, { signal: stopped }).catch(() => {})
  }
}
