import { fileURLToPath } from 'node:url'
import { type Service, type StartOptions, startProcess } from './process.ts'

/** Starts ClickHouse's HTTP interface over chdb on loopback. @throws Error when it does not start, as where chdb has no build for the platform */
export async function startClickHouse(options: StartOptions): Promise<Service> {
  const { port, folder } = options
  const script = fileURLToPath(new URL('clickhouse-http.ts', import.meta.url))
  const started = await startProcess(
    {
      name: 'clickhouse',
      command: process.execPath,
      args: [script, '--port', String(port), '--path', `${folder}/clickhouse`],
      ready: /listening on http/,
      readyWithinMs: 30_000,
    },
    options,
  )
  return { ...started, url: `http://127.0.0.1:${port}` }
}
