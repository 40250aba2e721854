import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readApiKeys, sha256 } from '../api-keys.ts'
import { generationOf, openTestGateway, type TestGateway } from '../gateway.fixture.ts'
import { type Serving, serveGateway } from '../server.ts'

const ROOT = join(import.meta.dirname, '../..')
const KEY = 'secret'
const COMPILER = {
  ...{ module: 'nodenext', target: 'es2022', lib: ['es2022', 'dom'], types: [], strict: true },
  ...{ exactOptionalPropertyTypes: true, skipLibCheck: false },
}

let folder: string
let gateway: TestGateway
let serving: Serving
beforeAll(async () => {
  const keys = readApiKeys(`shop:ingest+read:${sha256(KEY).toString('hex')}`)
  gateway = await openTestGateway({ settings: { apiKeys: { current: () => keys } } })
  gateway.serve(generationOf('g1', { romance: [1, 0], action: [0, 1] }))
  serving = await serveGateway(gateway.app, { host: '127.0.0.1', port: 0 })

  folder = await mkdtemp(join(tmpdir(), 'client-of-another-repository-'))
  const tarball = await run('npm', ['run', '-s', 'pack-client', '--', folder], ROOT)
  await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}')
  // Nothing is asked of a registry: Hono is what is installed here.
  const hono = join(ROOT, 'node_modules/hono')
  await run('npm', ['install', '--offline', '--install-links', '--no-audit', '--no-fund', hono, tarball])
})
afterAll(async () => {
  await serving?.close()
  await gateway?.stop()
  if (folder) await rm(folder, { recursive: true })
})

/** @returns what the program printed. @throws Error with what it printed, where it fails */
async function run(program: string, args: readonly string[], cwd = folder): Promise<string> {
  return (await promisify(execFile)(program, args, { cwd })).stdout.trim()
}

/** Compiles a program as strictly as one may, and runs it. */
async function runCompiled(source: string): Promise<string> {
  await writeFile(join(folder, 'program.ts'), source)
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, files: ['program.ts'] }))
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')])
  return run(process.execPath, ['program.js'])
}

/** The example of the package's README, of this gateway. */
async function readmeProgram(): Promise<string> {
  const readme = await readFile(join(folder, 'node_modules/foldstream/README.md'), 'utf8')
  const [, program = ''] = /```ts\n(.*?)```/s.exec(readme) ?? []
  return program
    .replace('https://recommendations.example', serving.address)
    .replace('process.env.FOLDSTREAM_KEY', `'${KEY}'`)
}

it('runs what its README shows in a project that has nothing of the gateway', async () => {
  const printed = await runCompiled(await readmeProgram())
  expect(printed).toContain("itemId: 'romance'")
  expect(printed).toContain('404 /docs#not-found')
  expect(await readFile(join(folder, 'package-lock.json'), 'utf8')).not.toMatch(/zod|chdb|kafkajs/)
})

it('does not compile what no route takes, and types what they answer', async () => {
  const wrong = `
    import { answerOf, createClient } from 'foldstream/client'
    const { v1 } = createClient('${serving.address}')
    const wrong = () => [
      // @ts-expect-error there is no such route
      v1.nothing.$get(),
      // @ts-expect-error a value is a number
      v1.ratings.$post({ json: { userId: 'ann', itemId: '1', value: 'five' } }),
      // @ts-expect-error a filter names its field by a text
      v1.recommendations.$post({ query: {}, json: { filter: { field: 7, has: 'Drama' } } }),
      // @ts-expect-error the id is missing
      v1.items[':itemId'].$get(),
    ]
    const score = async (): Promise<number | undefined> =>
      (await answerOf(v1.items.popular.$get())).items[0]?.score
    // @ts-expect-error it is no text
    const text = async (): Promise<string> => (await answerOf(v1.items.popular.$get())).items[0]!.score
    const refused = await v1.items.popular.$get()
    if (!refused.ok) console.log(refused.status, (await refused.json()).title)
  `
  expect(await runCompiled(wrong)).toBe('401 A valid API key is needed')
})
