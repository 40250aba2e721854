import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type MissingService, SERVICE_NAMES, type ServiceName, startServices } from './start.ts'

declare module 'vitest' {
  interface ProvidedContext {
    services: {
      urls: Partial<Record<ServiceName, string>>
      /** What answers, as a report of tests names it. */
      names: Record<ServiceName, string>
      missing: readonly MissingService[]
    }
  }
}

/** Starts, once a run, the services that its test files name. With REQUIRE_SERVICES=1 a missing one fails the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-services-'))
  const services = await startServices({ folder, only: await namedServices(project) })
  const stop = async () => {
    await services.stop()
    await rm(folder, { recursive: true })
  }
  if (services.missing.length > 0 && process.env.REQUIRE_SERVICES === '1') {
    await stop()
    const reasons = services.missing.map(({ name, reason }) => `\n  ${name}: ${reason}`)
    throw new Error(`REQUIRE_SERVICES=1, but there is no${reasons.join('')}`)
  }
  const urls = Object.fromEntries(SERVICE_NAMES.map((name) => [name, services[name]?.url]))
  // Outside of a container it is no server that answers.
  const clickhouse = services.clickhouse?.pid === undefined ? 'clickhouse' : 'clickhouse (chdb over HTTP)'
  const names = { kafka: 'kafka', redis: 'redis', clickhouse }
  project.provide('services', { urls, names, missing: services.missing })
  return stop
}

/** Those that stand in quotes in a test file of this run that imports `for-tests.ts`. */
async function namedServices(project: TestProject): Promise<ServiceName[]> {
  const files = project.vitest.state.getPaths()
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  const users = texts.filter((text) => text.includes('/for-tests.ts'))
  return SERVICE_NAMES.filter((name) => users.some((text) => text.includes(`'${name}'`)))
}
