import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { holderOf, openDataFolder } from './data-folder.ts'

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
