import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Which files make a layer, and what it may import: other layers by name, packages by pattern. The first match counts. */
interface Layer {
  readonly name: string
  readonly files: RegExp
  readonly layers: readonly string[]
  readonly packages: RegExp
}

const ANY = /^/
const NONE = /^$/
const CLIENTS = 'lmdb|kafkajs|ioredis|chdb|@clickhouse/client|testcontainers'
/** An application speaks to the log and the stores through their ports alone. */
const NO_CLIENT = new RegExp(`^(?!(${CLIENTS})(/|$))`)

const LAYERS: readonly Layer[] = [
  // Meets whom it wants: tests and what they share stand beside what they test.
  { name: 'tests', files: /\.(test|integration|contract|suite|fixture)\.ts$/, layers: ['*'], packages: ANY },
  { name: 'benches', files: /(\.bench\.ts$|^infra\/(bench|chaos|faults)\/)/, layers: ['*'], packages: ANY },
  { name: 'services', files: /^(infra\/services\/|vitest\.config\.ts$)/, layers: ['services', 'base'], packages: ANY },

  // The schemas stand as .avsc files beside their reader.
  { name: 'models', files: /^models\/events\/schemas\.ts$/, layers: ['models'], packages: /^(avsc|node:fs)$/ },
  // So do the compiled kernels.
  { name: 'models', files: /^models\/linalg\/workspace\.ts$/, layers: ['models'], packages: /^node:fs$/ },
  { name: 'models', files: /^models\//, layers: ['models'], packages: /^(avsc|ml-matrix)$/ },
  {
    name: 'base',
    files:
      /^infra\/(backoff|clock-watch|counted|deadline|disk-room|errors|file-sums|follow-progress|histogram|kill-until-over|logging|secrets|metrics|process-name|config\/[a-z]+)\.ts$/,
    layers: ['base'],
    packages: NO_CLIENT,
  },
  // Threads and turns for the mathematics, which knows of none.
  {
    name: 'base',
    files: /^infra\/(threads|in-slices|helper\.worker)\.ts$/,
    layers: ['base', 'models'],
    packages: /^node:/,
  },
  { name: 'ports', files: /^infra\/[a-z-]+\/port\.ts$/, layers: ['models', 'ports'], packages: NONE },
  // Functions over a port, for whoever is given one.
  {
    name: 'ports',
    files:
      /^infra\/(ledger-report|backup-record|hot-copy|job-record|event-log\/(dead-letters|erase-again|erasures|erased-records|lag|read-topic)|model-store\/(live|not-served|prune|rebuild-request)|rating-store\/row-hash|user-state\/recent-users)\.ts$/,
    layers: ['models', 'ports', 'base'],
    packages: /^node:(crypto|timers\/promises)$/,
  },
  // Run in a browser as they stand: they can have nothing from elsewhere. Some run in both.
  { name: 'both', files: /^gateway\/web\/shared\//, layers: ['both'], packages: NONE },
  { name: 'browser', files: /^gateway\/web\/client\//, layers: ['browser', 'both'], packages: NONE },
  ...['producers', 'consumers', 'gateway'].map((name) => ({
    name,
    files: new RegExp(`^${name}/`),
    layers: [name, 'models', 'ports', 'base', ...(name === 'gateway' ? ['both'] : [])],
    packages: NO_CLIENT,
  })),
  {
    name: 'adapters',
    files: /^infra\/((event-log|user-state|rating-store|model-store|analytics|lmdb)\/)/,
    layers: ['adapters', 'models', 'ports', 'base'],
    packages: ANY,
  },
  {
    name: 'wiring',
    files: /^infra\/(wiring|adapters|scale|renewed-stores|binding|data-folder)\.ts$/,
    layers: ['wiring', 'adapters', 'models', 'ports', 'base'],
    packages: NO_CLIENT,
  },
  {
    name: 'cli',
    files: /^infra\/((commands|evaluation)\/)?[a-z-]+\.ts$/,
    layers: ['cli', 'wiring', 'gateway', 'consumers', 'producers', 'models', 'ports', 'base', 'services', 'benches'],
    packages: NO_CLIENT,
  },
]

const layerOf = (file: string) => LAYERS.find(({ files }) => files.test(file))

/** @returns what is wrong with the import; undefined: nothing */
function fault(file: string, specifier: string): string | undefined {
  const from = layerOf(file)
  if (from === undefined) return `${file} stands in no layer`
  if (!specifier.startsWith('.')) {
    return from.packages.test(specifier) ? undefined : `${file} (${from.name}) imports '${specifier}'`
  }
  const target = posix.join(posix.dirname(file), specifier)
  const to = layerOf(target)
  const isAllowed = from.layers.includes('*') || (to && from.layers.includes(to.name))
  return isAllowed ? undefined : `${file} (${from.name}) imports ${target} (${to?.name ?? 'no layer'})`
}

/** Specifiers of imports, re-exports, dynamic imports, and files started as workers. Comments that name types load nothing. */
function importsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*\*.*?\*\//gs, '')
  const forms = [
    /^(?:import|export|\}).*\bfrom\s+['"]([^'"]+)['"]/gm,
    /^import\s+['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
    /new URL\(\s*['"]([^'"]+\.worker\.ts)['"]/g,
  ]
  return forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ''))
}

describe('imports', () => {
  it('point one way: models ← ports ← producers, consumers, gateway ← wiring ← cli', () => {
    const files = globSync(['{models,infra,producers,consumers,gateway}/**/*.ts', 'gateway/web/**/*.js']).map((file) =>
      file.replaceAll('\\', '/'),
    )
    expect(files.length).toBeGreaterThan(10)
    const faults = files.flatMap((file) =>
      importsOf(readFileSync(file, 'utf8')).flatMap((specifier) => fault(file, specifier) ?? []),
    )
    expect(faults).toEqual([])
  })

  it.each([
    ['models/als/train.ts', '../../infra/errors.ts', 'infra/errors.ts (base)'],
    ['models/als/train.ts', 'node:fs', "'node:fs'"],
    ['models/events/codec.ts', 'zod', "'zod'"],
    ['infra/event-log/port.ts', './kafka.ts', 'infra/event-log/kafka.ts (adapters)'],
    ['infra/errors.ts', '../gateway/app.ts', 'gateway/app.ts (gateway)'],
    ['gateway/routes/popular.ts', '../../consumers/consume.ts', 'consumers/consume.ts (consumers)'],
    ['consumers/consume.ts', '../gateway/app.ts', 'gateway/app.ts (gateway)'],
    ['consumers/sink.ts', '../infra/rating-store/clickhouse.ts', 'infra/rating-store/clickhouse.ts (adapters)'],
    ['gateway/app.ts', '../infra/wiring.ts', 'infra/wiring.ts (wiring)'],
    ['gateway/app.ts', 'ioredis', "'ioredis'"],
    ['gateway/app.ts', 'chdb/connection', "'chdb/connection'"],
    ['infra/user-state/redis.ts', '../wiring.ts', 'infra/wiring.ts (wiring)'],
    ['infra/cli.ts', './user-state/redis.ts', 'infra/user-state/redis.ts (adapters)'],
    ['infra/wiring.ts', './cli.ts', 'infra/cli.ts (cli)'],
    ['producers/import.ts', './import.test.ts', 'producers/import.test.ts (tests)'],
    ['gateway/web/client/home.js', '../layout.ts', 'gateway/web/layout.ts (gateway)'],
    ['gateway/web/client/home.js', 'hono', "'hono'"],
    ['gateway/web/shared/titles.js', '../client/page.js', 'gateway/web/client/page.js (browser)'],
    ['gateway/web/layout.ts', './client/page.js', 'gateway/web/client/page.js (browser)'],
    ['models/als/train.ts', '../../scripts/x.ts', 'scripts/x.ts (no layer)'],
  ])('%s may not import %s', (file, specifier, named) => {
    expect(fault(file, specifier)).toContain(`imports ${named}`)
    expect(fault(file, specifier)).toContain(file)
  })

  it.each([
    ['infra/wiring.ts', './user-state/redis.ts'],
    ['infra/user-state/redis.ts', './port.ts'],
    ['consumers/consume.ts', '../infra/event-log/port.ts'],
    ['gateway/app.ts', '../models/ranking/top-k.ts'],
    ['infra/user-state/redis.test.ts', './redis.ts'],
    ['models/events/schemas.ts', 'node:fs'],
    ['gateway/web/films/card.ts', '../shared/titles.js'],
    ['gateway/web/client/home.js', '../shared/titles.js'],
  ])('%s may import %s', (file, specifier) => {
    expect(fault(file, specifier)).toBeUndefined()
  })

  it('are found in every form', () => {
    const source = `
import one from './one.ts'
import type { Two } from "./two.ts"
import {
  three,
  type Four,
} from './three.ts'
import './five.ts'
export { six } from './six.ts'
export * from './seven.ts'
const eight = await import('./eight.ts')
new Worker(new URL('./nine.worker.ts', import.meta.url))
/** @param {import('./ten.ts')} type */
const text = 'not from here'`
    const found = ['one', 'two', 'three', 'five', 'six', 'seven', 'eight', 'nine.worker'].map((name) => `./${name}.ts`)
    expect(importsOf(source).sort()).toEqual(found.sort())
  })
})
