import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { runFoldstream, startFoldstream } from './services/foldstream.ts'
import { clientOf, startSystem, testFolder } from './system.fixture.ts'

const HEADER = 'userId,itemId,value,occurredAt\n'

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'foldstream-refusals-'))
  await writeFile(join(scratch, 'ours.csv'), `${HEADER}a,x,5,1000000000\nb,x,4,1000000001\n`)
  await writeFile(join(scratch, 'other.csv'), `${HEADER}a,z,5,1000000000\n`)
  const system = await startFoldstream([...at(join(scratch, 'loaded')), '--dataset', join(scratch, 'ours.csv')])
  await clientOf(system.url).ready()
  expect(await system.stop()).toBe(0)
})
afterAll(() => rm(scratch, { recursive: true }))

const at = (folder: string) => ['--port', '0', '--data-dir', folder]

/** `start` is to end by itself, and to say why in one line. */
async function refusal(args: readonly string[], env: Record<string, string> = {}) {
  const { code, output } = await runFoldstream(['start', ...args], { LOG_LEVEL: 'warn', ...env })
  const lines = output.trimEnd().split('\n')
  expect(lines, output).toHaveLength(1)
  expect(lines[0]).toMatch(/^foldstream: /)
  return { code, line: lines[0] as string }
}

/** One that another program listens on until the test ends. */
async function takenPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return String((server.address() as AddressInfo).port)
}

async function loadedFolder(): Promise<string> {
  const folder = await testFolder()
  await cp(join(scratch, 'loaded'), folder, { recursive: true })
  return folder
}

/** Every file of a folder and what is in it. */
async function contents(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(await Promise.all(files.sort().map(async (file) => [file, await readFile(file, 'base64')] as const)))
}

describe('a start with words it does not understand', () => {
  it.each([
    [['--prot', '1'], /'--prot'.*expected.*--port/],
    [['--port', 'http'], /--port: expected a whole number/],
    [['--roles', 'gateway,sink'], /--roles gateway,sink: embedded stores belong to one process.*EVENT_LOG_URL/],
    [['--host', '0.0.0.0'], /API_KEYS/],
    [['--dataset', '/nowhere/at/all'], /\/nowhere\/at\/all/],
  ])('%j ends with exit code 2 and what was expected', async (args, expected) => {
    const folder = join(await testFolder(), 'data')
    expect(await refusal(['--data-dir', folder, ...args])).toEqual({ code: 2, line: expect.stringMatching(expected) })
  })

  it.each([
    [['start', '--port', '0', '--dataset', 'ml-latest-small'], ['format.json']],
    [['import', 'ml-latest-small'], []],
  ])('%j founds no log of a scale that the dataset is not of', async (words, files) => {
    const folder = join(await testFolder(), 'data')
    expect(await runFoldstream([...words, '--data-dir', folder], { RATING_SCALE: '1-10' })).toEqual({
      code: 2,
      output: expect.stringMatching(
        /^foldstream: RATING_SCALE=1-10 .* of ml-latest-small, .* 0.5 to 5.*Leave RATING_SCALE out/,
      ),
    })
    expect(await readdir(folder).catch(() => [])).toEqual(files)
  })

  it.each([['verify'], ['rebuild'], ['dead-letters']])('%s of a folder without data makes none', async (command) => {
    const parent = await testFolder()
    const { code, output } = await runFoldstream([command, '--data-dir', join(parent, 'daat')], {})
    expect({ code, output }).toEqual({
      code: 2,
      output: expect.stringMatching(/^foldstream: there is no data in .*daat/),
    })
    expect(await readdir(parent)).toEqual([])
  })

  it.each([
    ['--port', []],
    ['--clickhouse-port', ['--port', '0']],
  ])('makes no data folder where %s is taken', async (flag, others) => {
    const parent = await testFolder()
    const port = await takenPort()
    const args = [flag, port, ...others, '--data-dir', join(parent, 'data')]
    expect(await refusal(args, { RATING_SCALE: '1-10' })).toEqual({
      code: 2,
      line: expect.stringMatching(
        `cannot listen on 127.0.0.1:${port} .*Stop what listens there, or choose another ${flag}`,
      ),
    })
    expect(await readdir(parent)).toEqual([])
  })

  it('makes no data folder for keys that do not fit', async () => {
    const parent = await testFolder()
    const refused = await refusal(at(join(parent, 'data')), { API_KEYS: 'web:read' })
    expect(refused).toEqual({ code: 2, line: expect.stringMatching(/API_KEYS: entry 1 does not fit/) })
    expect(await readdir(parent)).toEqual([])
  })
})

describe('a start on a data folder', () => {
  it('of another dataset is refused, and the folder goes on with its own', async () => {
    const folder = await loadedFolder()
    const { code, line } = await refusal([...at(folder), '--dataset', join(scratch, 'other.csv')])
    expect({ code, line }).toEqual({
      code: 2,
      line: expect.stringMatching(/holds dataset ours.*--data-dir.*npm run import/),
    })
    const system = await startSystem([...at(folder), '--dataset', join(scratch, 'ours.csv')])
    await system.settled()
    expect((await system.popular()).items).toMatchObject([{ itemId: 'x', score: 2 }])
  })

  it('that another process has open is refused, and that process goes on', async () => {
    const folder = await loadedFolder()
    const system = await startSystem(at(folder))
    for (const port of ['0', new URL(system.url).port]) {
      const { code, line } = await refusal(['--port', port, '--data-dir', folder])
      expect(code).toBe(2)
      expect(line).toContain(`in use by process ${system.pid} at ${system.url}`)
    }
    await system.rate({ userId: 'a', itemId: 'y', value: 3 })
    expect(await system.stop()).toBe(0)
  })

  it('of another version is refused, and nothing in it changes', async () => {
    const folder = await loadedFolder()
    await writeFile(join(folder, 'format.json'), '{"version":99}')
    const before = await contents(folder)
    const { code, line } = await refusal(at(folder))
    expect({ code, line }).toEqual({ code: 2, line: expect.stringMatching(/format 99.*--data-dir/) })
    expect(await contents(folder)).toEqual(before)
  })

  it('of which a file was cut off is refused, also by verify, and what can be made of the log is', async () => {
    const folder = await loadedFolder()
    const cutOff = async (file: string) => await truncate(file, 4096 * Math.floor((await stat(file)).size / 4096 / 2))
    await cutOff(join(folder, 'state', 'user-state.mdb'))
    const { code, line } = await refusal(at(folder))
    expect({ code, line }).toEqual({
      code: 1,
      line: expect.stringMatching(/user state in .* is cut off: \d+ of \d+ bytes are there.*replay -- --to-state/),
    })
    const verified = await runFoldstream(['verify', '--data-dir', folder], { LOG_LEVEL: 'warn' })
    expect(verified).toMatchObject({ code: 1, output: expect.stringMatching(/is cut off.*replay -- --to-state/) })
    expect(await runFoldstream(['replay', '--to-state', '--data-dir', folder], {})).toMatchObject({ code: 0 })
    expect(await runFoldstream(['verify', '--data-dir', folder], {})).toMatchObject({ code: 0 })

    await cutOff(join(folder, 'log', 'event-log.mdb'))
    expect(await refusal(at(folder))).toEqual({
      code: 1,
      line: expect.stringMatching(/event log in .* is cut off.*npm run restore/),
    })
  })

  it('that cannot be written is refused', async () => {
    const file = join(await testFolder(), 'file')
    await writeFile(file, 'not a folder')
    const { code, line } = await refusal(at(join(file, 'data')))
    expect({ code, line }).toEqual({ code: 2, line: expect.stringMatching(/cannot be used.*--data-dir/) })
    expect(await readFile(file, 'utf8')).toBe('not a folder')
  })

  it.each([{ RATING_SCALE: '1-10' }, { POSITIVE_FROM: '3' }])('with another scale (%j) is refused', async (scale) => {
    const { code, line } = await refusal(at(await loadedFolder()), scale)
    expect({ code, line }).toEqual({
      code: 2,
      line: expect.stringMatching(/holds ratings from 0.5 to 5.*RATING_SCALE/),
    })
  })

  it('whose log was replaced, or set back, is refused', async () => {
    const folder = await loadedFolder()
    const system = await startSystem([...at(folder)])
    await system.rate({ userId: 'a', itemId: 'y', value: 3 })
    await system.settled()
    expect(await system.stop()).toBe(0)
    const other = join(await testFolder(), 'data')
    const foreign = await startSystem([...at(other), '--dataset', 'none'])
    expect(await foreign.stop()).toBe(0)

    const putLog = async (from: string) => {
      await rm(join(folder, 'log'), { recursive: true })
      await cp(join(from, 'log'), join(folder, 'log'), { recursive: true })
    }
    await putLog(join(scratch, 'loaded'))
    expect(await refusal(at(folder))).toEqual({
      code: 2,
      line: expect.stringMatching(/the log was cut or replaced.*replay -- --to-state/),
    })
    await putLog(other)
    expect(await refusal(at(folder))).toEqual({
      code: 2,
      line: expect.stringMatching(/belongs to event log.*EVENT_LOG_URL/),
    })
  })
})

describe('a start on a service that does not answer', () => {
  it.each([
    ['EVENT_LOG_URL', 'kafka://127.0.0.1:1'],
    ['USER_STATE_URL', 'redis://127.0.0.1:1'],
    ['RATING_STORE_URL', 'http://127.0.0.1:1'],
    ['MODEL_STORE_URL', 'redis://127.0.0.1:1'],
  ])('ends with exit code 1 and a line that names %s', async (variable, url) => {
    const folder = join(await testFolder(), 'data')
    const { code, line } = await refusal(at(folder), { [variable]: url })
    expect({ code, line }).toEqual({ code: 1, line: expect.stringContaining(variable) })
    expect(line).toContain('127.0.0.1:1')
  })
})
