import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { holderOf, openDataFolder } from './data-folder.ts'
import { ConfigError } from './errors.ts'

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-data-folder-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

it('belongs to one process until it is released', async () => {
  const folder = await newFolder()
  const opened = openDataFolder(folder)
  expect(holderOf(folder)).toMatchObject({ pid: process.pid, token: opened.token })
  expect(() => openDataFolder(folder)).toThrow(`in use by process ${process.pid}`)
  opened.release()
  expect(holderOf(folder)).toBeUndefined()
  openDataFolder(folder).release()
})

/** When that process was started, as the lock has it. */
async function startedAt(pid: number): Promise<string | undefined> {
  return (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ')[19]
}

// A container without an init process, or a supervisor that is busy, leaves a killed process in that state for long.
it.skipIf(!existsSync('/proc/self/stat'))('is free once its process was killed, though nobody has looked', async () => {
  const folder = await newFolder()
  // The shell becomes a program that never waits for the child it has started.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec tail -f /dev/null'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void parent.kill('SIGKILL'))
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(String(line))
  const lock = { pid, startedAt: await startedAt(pid), address: 'http://127.0.0.1:1', token: 'secret' }
  openDataFolder(folder).release()
  await writeFile(join(folder, 'lock'), JSON.stringify(lock))
  expect(holderOf(folder)).toMatchObject({ pid })

  process.kill(pid, 'SIGKILL')
  await expect.poll(() => readFile(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ')
  expect(holderOf(folder)).toBeUndefined()
  openDataFolder(folder).release()
})

it('keeps who holds it to the owner, and tells where they listen', async () => {
  const folder = await newFolder()
  const opened = openDataFolder(folder)
  opened.announce('http://127.0.0.1:3000')
  expect(holderOf(folder)).toMatchObject({ address: 'http://127.0.0.1:3000', token: opened.token })
  expect((await stat(join(folder, 'lock'))).mode & 0o777).toBe(0o600)
  expect(() => openDataFolder(folder)).toThrow(
    /at http:\/\/127.0.0.1:3000. Stop it, or name another folder with --data-dir/,
  )
})

it('is made where there is none, and remembers its dataset', async () => {
  const folder = join(await newFolder(), 'new', 'data')
  const opened = openDataFolder(folder)
  expect(opened.at('log')).toBe(join(folder, 'log'))
  expect(opened.dataset()).toBeUndefined()
  const dataset = { name: 'ours', fingerprint: 'f', complete: false }
  opened.noteDataset(dataset)
  opened.release()
  expect(openDataFolder(folder).dataset()).toEqual(dataset)
})

it('keeps the secret of its cookies, to the owner', async () => {
  const folder = await newFolder()
  const opened = openDataFolder(folder)
  const secret = opened.cookieSecret()
  expect(secret.length).toBeGreaterThan(40)
  opened.release()
  expect(openDataFolder(folder).cookieSecret()).toBe(secret)
  expect((await stat(join(folder, 'cookie-secret.json'))).mode & 0o777).toBe(0o600)
  expect(openDataFolder(await newFolder()).cookieSecret()).not.toBe(secret)
})

it.each([
  ['of another process by the same id', JSON.stringify({ pid: process.pid, startedAt: 'long ago', token: 'old' })],
  ['that was cut short', '{"pid":'],
  ['that is empty', ''],
])('is taken over with a lock %s', async (_, lock) => {
  const folder = await newFolder()
  await writeFile(join(folder, 'lock'), lock)
  expect(holderOf(folder)).toBeUndefined()
  const opened = openDataFolder(folder)
  expect(holderOf(folder)).toMatchObject({ token: opened.token })
  expect((await readdir(folder)).sort()).toEqual(['format.json', 'lock'])
})

it('of another version is refused, says what to do, and is left as it was', async () => {
  const folder = await newFolder()
  await writeFile(join(folder, 'format.json'), '{"version":99}')
  expect(() => openDataFolder(folder)).toThrow(
    /is of format 99; .* reads format 1\. Nothing was changed\. Name another folder with --data-dir, or use the version/,
  )
  expect(await readdir(folder)).toEqual(['format.json'])
})

it('that cannot be made is refused with the reason', async () => {
  const file = join(await newFolder(), 'file')
  await writeFile(file, '')
  for (const folder of [file, join(file, 'data')]) {
    expect(() => openDataFolder(folder)).toThrow(ConfigError)
    expect(() => openDataFolder(folder)).toThrow(/cannot be used: E.*name another one with --data-dir/)
  }
})

it('goes to one of two processes that open it at the same moment, over a dead lock too', async () => {
  const folders = await Promise.all(
    Array.from({ length: 40 }, async (_, n) => {
      const folder = await newFolder()
      if (n % 2 === 1) await writeFile(join(folder, 'lock'), '{"pid":1,"startedAt":"long ago","token":"old"}')
      return folder
    }),
  )
  const script = `
    const { openDataFolder } = await import(${JSON.stringify(new URL('data-folder.ts', import.meta.url).href)})
    process.stdout.write('ready ')
    const [start] = await new Promise((resolve) => process.stdin.once('data', (text) => resolve([Number(text)])))
    const outcomes = JSON.parse(process.env.FOLDERS).map((folder, n) => {
      while (Date.now() < start + 3 * n);
      try { return openDataFolder(folder) && 'opened' } catch (error) { return error.message }
    })
    process.stdout.write(JSON.stringify(outcomes))
    setInterval(() => {}, 60_000)`
  const env = { ...process.env, FOLDERS: JSON.stringify(folders) }
  const racers = [1, 2].map(() => spawn(process.execPath, ['--input-type=module', '-e', script], { env }))
  onTestFinished(() => racers.forEach((racer) => void racer.kill()))
  await Promise.all(racers.map((racer) => once(racer.stdout, 'data')))
  for (const racer of racers) racer.stdin.write(String(Date.now() + 50))
  // They stay until both have ended: the lock of a process that is gone would be free.
  const [one, two] = await Promise.all(
    racers.map(async (racer) => JSON.parse(String((await once(racer.stdout, 'data'))[0])) as string[]),
  )
  for (const n of folders.keys()) {
    const outcomes = [one?.[n] as string, two?.[n] as string].sort()
    expect(outcomes).toEqual(['opened', expect.stringContaining('in use by process')])
  }
})
