import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type FoldstreamProcess, startFoldstream } from '../services/foldstream.ts'
import { spawnWithThisProcess } from '../services/process.ts'

/** A short look that costs the system next to nothing. */
const LOOK_MS = 200

interface Rebuild {
  readonly id: string
  readonly status: string
}

interface Status {
  readonly rebuild: Rebuild | null
  readonly lag: readonly { readonly topic: string; readonly partitions: readonly { readonly lag: number }[] }[]
}

/** A system with a dataset loaded and its first model served, everything in one process on embedded stores. */
export async function startLoaded(dataDir: string, dataset: string): Promise<FoldstreamProcess> {
  const system = await startFoldstream(['--port', '0', '--data-dir', dataDir, '--dataset', dataset], {
    LOG_LEVEL: 'warn',
  })
  while ((await fetch(`${system.url}/readyz`)).status !== 200) await sleep(LOOK_MS)
  return system
}

export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

export async function postJson<T>(url: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

/** Waits until every consumer has had its effect on all ratings that are on the log. @returns seconds */
export async function caughtUp(url: string): Promise<number> {
  const began = performance.now()
  for (;;) {
    const { lag } = await getJson<Status>(`${url}/v1/admin/status`)
    const ofRatings = lag.filter(({ topic }) => topic === 'ratings')
    if (ofRatings.every(({ partitions }) => partitions.every((partition) => partition.lag === 0))) break
    await sleep(LOOK_MS)
  }
  return (performance.now() - began) / 1000
}

/** Less than this share of a core is what a system takes that nobody asks anything. */
const IDLE_SHARE = 0.2

/** Waits until the system does nothing of its own accord any more: after a rebuild it folds everybody in again. */
export async function comesToRest(url: string): Promise<void> {
  await caughtUp(url)
  for (let before = await cpuSeconds(url); ; ) {
    await sleep(1000)
    const now = await cpuSeconds(url)
    if (now - before < IDLE_SHARE) return
    before = now
  }
}

async function cpuSeconds(url: string): Promise<number> {
  const figures = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(figures)?.[1])
}

/** One rebuild after another until `signal` aborts. @returns how many were published */
export async function keepRebuilding(url: string, signal: AbortSignal): Promise<number> {
  let published = 0
  while (!signal.aborted) {
    // Whatever the model is like: what is measured is that it is made, and taken over.
    const { id } = await postJson<Rebuild>(`${url}/v1/admin/rebuilds?force=true`)
    let now: Rebuild | null
    do {
      await sleep(LOOK_MS)
      now = (await getJson<Status>(`${url}/v1/admin/status`)).rebuild
    } while (!signal.aborted && now?.id === id && (now.status === 'requested' || now.status === 'running'))
    if (now?.id === id && now.status === 'published') published++
  }
  return published
}

/** An empty route in a process of its own. */
export async function startEmptyRoute(): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawnWithThisProcess(process.execPath, [fileURLToPath(new URL('./empty-route.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [Buffer]
  const [, url] = /listening on (\S+)/.exec(String(line)) ?? []
  if (url === undefined) throw new Error(`the empty route did not start: ${line}`)
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
