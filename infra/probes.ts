import { Hono } from 'hono'
import { serveGateway } from '../gateway/server.ts'
import type { Metrics } from './metrics.ts'
import { type RunningRole, troublesOf } from './roles.ts'
import type { Stores } from './wiring.ts'

interface Probes {
  readonly host: string
  readonly port: number
  readonly stores: Stores
  readonly roles: Readonly<Record<string, RunningRole>>
  readonly metrics: Metrics
}

/** `/livez`, `/readyz` and `/metrics` of a process that has no gateway. Not ready while a role is trying again, or a store does not answer. */
export async function startProbes({
  host,
  port,
  stores,
  roles,
  metrics,
}: Probes): Promise<{ address: string; close(): Promise<void> }> {
  const app = new Hono()
  app.get('/livez', (c) => c.json({ status: 'live' }))
  app.get('/metrics', async (c) =>
    c.text(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  )
  app.get('/readyz', async (c) => {
    const missing = [...troublesOf(roles), ...(await silentStores(stores))]
    return missing.length === 0 ? c.json({ status: 'ready', missing }) : c.json({ status: 'not ready', missing }, 503)
  })
  return serveGateway(app, { host, port })
}

async function silentStores({ log, state, models, ratings }: Stores) {
  const stores = {
    'event log': log,
    'user state': state,
    'model store': models,
    ...(ratings && { 'rating store': ratings }),
  }
  const found = await Promise.all(
    Object.entries(stores).map(([part, store]) =>
      store.ping().then(
        () => [],
        (error: Error) => [{ part, message: error.message }],
      ),
    ),
  )
  return found.flat()
}
