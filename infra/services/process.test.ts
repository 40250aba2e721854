import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startKafka } from './kafka.ts'
import { startProcess } from './process.ts'
import { startRedis } from './redis.ts'

const SLEEPER = ['-e', 'console.log("pid", process.pid); setInterval(() => {}, 1000)']
const ready = /pid \d+/

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foldstream-process-'))
})
afterEach(() => rm(folder, { recursive: true }))

const isAlive = (pid: number | undefined) => {
  try {
    return process.kill(pid ?? 0, 0)
  } catch {
    return false
  }
}

describe('a process of a service', () => {
  const options = () => ({ folder, port: 0, detached: false })
  const node = { name: 'node', command: process.execPath, args: SLEEPER, ready, readyWithinMs: 10_000 }

  it('runs until it is stopped, or killed', async () => {
    for (const end of ['stop', 'kill'] as const) {
      const started = await startProcess(node, options())
      expect(isAlive(started.pid)).toBe(true)
      await started[end]()
      expect(isAlive(started.pid)).toBe(false)
      await started[end]()
    }
  })

  it('that ends before it is ready is reported with the end of its log', async () => {
    const broken = { ...node, args: ['-e', 'console.error("no such disk"); process.exit(3)'] }
    await expect(startProcess(broken, options())).rejects.toThrow(/node did not start \(exit code 3\).*no such disk/s)
  })

  it('that never gets ready is killed', async () => {
    const mute = { ...node, ready: /never printed/, readyWithinMs: 300 }
    await expect(startProcess(mute, options())).rejects.toThrow('no answer in 0.3 s')
  })

  it.runIf(process.platform === 'linux')('ends with the process that started it, even by SIGKILL', async () => {
    const script = `
      import { startProcess } from ${JSON.stringify(new URL('process.ts', import.meta.url).href)}
      const { pid } = await startProcess(
        { name: 'node', command: process.execPath, args: ${JSON.stringify(SLEEPER)}, ready: ${ready}, readyWithinMs: 10000 },
        ${JSON.stringify(options())},
      )
      process.stdout.write(String(pid))`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [printed] = await once(parent.stdout, 'data')
    expect(isAlive(Number(printed))).toBe(true)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(isAlive(Number(printed))).toBe(false))
  })
})

describe('a machine that lacks a service', () => {
  it('is told what to install', async () => {
    vi.stubEnv('PATH', folder)
    const options = { folder, port: 1, detached: false }
    await expect(startRedis(options)).rejects.toThrow('apt-get install redis-server')
    await expect(startKafka(options)).rejects.toThrow('apt-get install openjdk-17-jre-headless maven')
    vi.unstubAllEnvs()
  })
})
