import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROLES } from './config/values.ts'
import { type FoldstreamProcess, startFoldstream } from './services/foldstream.ts'
import { startServices } from './services/start.ts'

const DATASETS_DIR = process.env.DATASETS_DIR ?? '../shared/data'
const RATINGS = 1_000
/** Not measured: until then code is being compiled and connections opened. */
const WARM_UP = 100
const PAUSE_MS = 5

type Report = (row: Record<string, string | number>) => void

/**
 * From sending a rating to holding a list of recommendations that knows it: `POST /v1/ratings`, then a read with `after` its token.
 * Embedded in one process, then the four roles as processes on real Kafka, Redis and ClickHouse, where those can be had.
 */
export async function bench(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-bench-'))
  try {
    const embedded = await startFoldstream(
      ['--port', '0', '--data-dir', join(folder, 'data'), '--dataset', 'ml-latest-small'],
      { DATASETS_DIR },
    )
    await measure('embedded, one process', embedded, report)
    await embedded.stop()
    await onServices(folder, report)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function onServices(folder: string, report: Report): Promise<void> {
  const services = await startServices({ folder })
  const { kafka, redis, clickhouse } = services
  if (!kafka || !redis || !clickhouse) {
    for (const { name, reason } of services.missing) report({ system: `not measured: no ${name}`, reason })
    return services.stop()
  }
  const env = {
    DATASETS_DIR,
    EVENT_LOG_URL: kafka.url,
    USER_STATE_URL: redis.url,
    RATING_STORE_URL: clickhouse.url,
    MODEL_STORE_URL: redis.url,
  }
  const processes = []
  for (const role of ROLES)
    processes.push(
      await startFoldstream(
        [
          '--roles',
          role,
          '--data-dir',
          join(folder, role),
          ...(role === 'gateway' ? ['--port', '0', '--dataset', 'ml-latest-small'] : []),
        ],
        env,
      ),
    )
  const gateway = processes[ROLES.indexOf('gateway')] as FoldstreamProcess
  await measure('Kafka, Redis, ClickHouse over HTTP, four processes', gateway, report)
  for (const running of processes) await running.stop()
  await services.stop()
}

async function measure(system: string, { url }: FoldstreamProcess, report: Report): Promise<void> {
  while ((await fetch(`${url}/readyz`)).status !== 200) await sleep(100)
  const took: number[] = []
  let late = 0
  for (let n = -WARM_UP; n < RATINGS; n++) {
    const userId = `fresh-${Math.abs(n) % 50}`
    const began = performance.now()
    const posted = await fetch(`${url}/v1/ratings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId, itemId: String(1 + (Math.abs(n) % 500)), value: 1 + (Math.abs(n) % 5) }),
    })
    const { token } = (await posted.json()) as { token: string }
    const read = await fetch(`${url}/v1/users/${userId}/recommendations?after=${token}`)
    const { freshness } = (await read.json()) as { freshness: { satisfied: boolean } }
    if (n >= 0) took.push(performance.now() - began)
    if (!freshness.satisfied) late++
    await sleep(PAUSE_MS)
  }
  took.sort((a, b) => a - b)
  const at = (share: number): string => (took[Math.ceil(share * took.length) - 1] as number).toFixed(1)
  report({ system, ratings: RATINGS, 'p50 ms': at(0.5), 'p99 ms': at(0.99), 'max ms': at(1), 'not in time': late })
}
