import { setTimeout as sleep } from 'node:timers/promises'
import { answerOf, createClient } from '../../gateway/client.ts'
import type { Fault } from './fault.ts'
import { untilLive } from './load.ts'
import type { Mortal } from './process.ts'

const LOOK_MS = 100
const ASK_AGAIN_MS = 2_000
const PATIENCE_MS = 180_000

/** Asks until the rebuilder has died of it: what was asked may have been forgotten with a gateway. */
export async function askForRebuild(url: string, rebuilder: Mortal): Promise<void> {
  const { v1 } = createClient(url)
  while (!rebuilder.hasEnded()) {
    const isTaken = await v1.admin.rebuilds.$post({ query: { force: 'true' } }).catch(() => undefined)
    await sleep(isTaken?.ok ? ASK_AGAIN_MS : LOOK_MS)
  }
}

/**
 * Waits until every consumer has had its effect, and a rebuild that was under way has ended.
 * @param mayFail  a service was killed, which a rebuild that needed it tells as its failure: then another one has to do
 * @returns faults
 */
export async function untilSettled(url: string, mayFail: boolean): Promise<Fault[]> {
  await untilLive(url)
  let failures = mayFail ? 1 : 0
  const { v1 } = createClient(url)
  let status: Awaited<ReturnType<typeof look>> | undefined
  async function look() {
    return await answerOf(v1.admin.status.$get())
  }
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(LOOK_MS)) {
    status = await look().catch(() => undefined)
    if (!status || status.lag.length === 0) continue
    const ofRatings = status.lag.filter(({ topic }) => topic === 'ratings')
    const lags = ofRatings.flatMap(({ partitions }) => partitions.map(({ lag }) => lag))
    const isBuilding = status.rebuild?.status === 'requested' || status.rebuild?.status === 'running'
    if (lags.some((lag) => lag > 0) || isBuilding) continue
    if (status.rebuild?.status === 'failed') {
      if (failures-- === 0) return [{ told: `the rebuild failed: ${status.rebuild.progress}` }]
      await answerOf(v1.admin.rebuilds.$post({ query: { force: 'true' } }))
      continue
    }
    // The gateway hears of a new model within a second.
    if (status.rebuild?.status !== 'published' || status.generation !== null) return []
  }
  return [{ told: `the system did not come to rest in ${PATIENCE_MS / 1000} s: ${JSON.stringify(status)}` }]
}
