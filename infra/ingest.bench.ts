import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { startFoldstream } from './services/foldstream.ts'

const CLIENTS = 64
const SECONDS = 10

/** Single ratings over HTTP, each acknowledged when it is on disk; beside it what the same server answers without any work. */
export async function bench(report: (row: Record<string, string | number>) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-bench-'))
  try {
    const system = await startFoldstream(['--port', '0', '--data-dir', join(folder, 'data'), '--dataset', 'none'], {
      LOG_LEVEL: 'warn',
    })
    const load = { connections: CLIENTS, duration: SECONDS }
    const idle = await autocannon({ ...load, url: `${system.url}/livez` })
    report({
      what: `GET /livez, ${CLIENTS} clients`,
      'requests/s': Math.round(idle.requests.average),
      'p99 ms': idle.latency.p99,
      failed: idle.non2xx + idle.errors,
    })
    let n = 0
    const posts = await autocannon({
      ...load,
      url: `${system.url}/v1/ratings`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      requests: [
        {
          setupRequest: (request) => ({
            ...request,
            body: JSON.stringify({ userId: `user-${n++ % 1000}`, itemId: String(n % 500), value: 4 }),
          }),
        },
      ],
    })
    report({
      what: `POST /v1/ratings, ${CLIENTS} clients`,
      'requests/s': Math.round(posts.requests.average),
      'p99 ms': posts.latency.p99,
      failed: posts.non2xx + posts.errors,
    })
    await system.stop()
  } finally {
    await rm(folder, { recursive: true })
  }
}
