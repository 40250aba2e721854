import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pythonOrReason } from '../../infra/python.fixture.ts'
import { spawnWithThisProcess } from '../../infra/services/process.ts'
import { SMALL_MODEL, startSystem, testDataset } from '../../infra/system.fixture.ts'

/** Test cases a route; each phase has its own. A run of thousands is for once in a while. */
const EXAMPLES = Number(process.env.SCHEMATHESIS_EXAMPLES ?? 25)
const SEED = process.env.SCHEMATHESIS_SEED ?? '1'
const KEY = 'opens-everything'

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt')
const CONFIG = join(import.meta.dirname, 'schemathesis.toml')
const HOOKS = join(import.meta.dirname, 'hooks.py')

let folder: string
let python: Awaited<ReturnType<typeof pythonOrReason>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foldstream-schemathesis-'))
  python = await pythonOrReason('schemathesis', REQUIREMENTS)
})
afterAll(() => rm(folder, { recursive: true }))

it('answers whatever is sent to it as its OpenAPI document says', {
  timeout: 120_000 + EXAMPLES * 5_000,
}, async (context) => {
  if ('missing' in python) return context.skip(python.missing)
  const dataset = await testDataset(folder)
  const sha256 = createHash('sha256').update(KEY).digest('hex')
  const system = await startSystem(['--data-dir', join(folder, 'data'), '--dataset', dataset.name], {
    ...SMALL_MODEL,
    ...dataset.env,
    API_KEYS: `tests:ingest+read+admin:${sha256}`,
    // A loaded machine is no fault of an answer.
    REQUEST_BUDGET: '10m',
    LOG_LEVEL: 'warn',
  })
  await system.ready()

  const args = [
    ...['--config-file', CONFIG, 'run', `${system.url}/openapi.json`],
    ...['--header', `Authorization: Bearer ${KEY}`, '--output-sanitize', 'false'],
    ...['--max-examples', String(EXAMPLES), '--seed', SEED, '--generation-database', 'none', '--no-color'],
  ]
  const env = { ...process.env, SCHEMATHESIS_HOOKS: HOOKS }
  const child = spawnWithThisProcess(join(python.commands, 'schemathesis'), args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const output = await text(child.stdout as Readable)
  // Each failure with the curl line that shows it.
  expect(await ended, output).toBe(0)

  const [, cases] = /(\d+) generated/.exec(output) ?? []
  const [, selected, total, tested] = /Selected: (\d+)\/(\d+)\s+Tested: (\d+)/.exec(output) ?? []
  expect(Number(tested), output).toBe(Number(selected))
  expect(Number(total) - Number(selected), 'routes that schemathesis.toml leaves out').toBeLessThanOrEqual(2)
  await context.annotate(`${cases} cases to ${tested} routes`)
})
