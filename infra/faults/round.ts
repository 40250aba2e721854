import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../models/linalg/random.ts'
import { getJson } from '../bench/system.ts'
import type { ServiceName } from '../services/start.ts'
import type { Way } from './proxy.ts'
import { type Reads, startReaders } from './readers.ts'
import { type FaultySystem, until } from './system.ts'
import { startWriters, type Writes } from './writers.ts'

/** Longer than the longest deadline that a silent connection can hold up anything for. */
const RECOVERY_PATIENCE_MS = 90_000
const LOOK_MS = 200

interface Degraded {
  readonly part: string
  readonly since: string
}

interface Status {
  readonly degraded: readonly Degraded[]
  readonly lag: readonly { readonly topic: string; readonly partitions: readonly { readonly lag: number }[] }[]
}

export interface Round {
  readonly service: ServiceName
  readonly way: Way
  /** From the beginning of the fault until all was well again. */
  readonly reads: Reads
  readonly writes: Writes
  /** What `admin/status` said did not work, until all was well again. */
  readonly degraded: readonly string[]
  /** From the end of the fault until nothing is degraded any more and all consumers have caught up. */
  readonly recoverySeconds: number
}

/** Lets a service fail in one way for some seconds, beside reads and writes, and waits until all is well again. */
export async function runRound(
  { gateway, proxies }: FaultySystem,
  { service, way, seconds, random }: { service: ServiceName; way: Way; seconds: number; random: Random },
): Promise<Round> {
  const degraded = new Set<string>()
  async function look(): Promise<Status> {
    const status = await getJson<Status>(`${gateway.url}/v1/admin/status`)
    for (const { part, since } of status.degraded) if (Date.parse(since) >= began) degraded.add(part)
    return status
  }
  const began = Date.now()
  const [readers, writers] = [startReaders(gateway.url, random), startWriters(gateway.url, random)]
  try {
    proxies[service].fail(way)
    const over = performance.now() + 1000 * seconds
    while (performance.now() < over) {
      await sleep(LOOK_MS)
      await look()
    }
    proxies[service].heal()
    const healed = performance.now()
    const writes = await writers.stop()
    let last: Status | undefined
    const isOver = async (): Promise<boolean> => {
      last = await look()
      return isWell(last)
    }
    await until(isOver, RECOVERY_PATIENCE_MS, () => `${service} ${way}: not well again: ${JSON.stringify(last)}`)
    const recoverySeconds = (performance.now() - healed) / 1000
    return { service, way, reads: await readers.stop(), writes, degraded: [...degraded].sort(), recoverySeconds }
  } finally {
    await Promise.allSettled([readers.stop(), writers.stop()])
  }
}

function isWell({ degraded, lag }: Status): boolean {
  // Of lists there are always some on their way, while any are answered.
  const ofRatings = lag.filter(({ topic }) => topic === 'ratings')
  const behind = ofRatings.flatMap(({ partitions }) => partitions.map((partition) => partition.lag))
  // Of a log that does not answer there is none.
  return degraded.length === 0 && behind.length > 0 && behind.every((each) => each === 0)
}
