import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithServices } from './for-tests.ts'

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url))

describeWithServices(['kafka', 'redis', 'clickhouse'], () => {
  let folder: string
  const services = async (word: 'up' | 'down') => {
    // A docker that has no engine: these services are to run natively.
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` }
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'services', word], { cwd: folder, env })
    return stdout
  }
  const pids = async () => {
    const state = JSON.parse(await readFile(join(folder, '.services', 'state.json'), 'utf8'))
    return ['kafka', 'redis', 'clickhouse'].map((name): number | undefined => state[name].pid)
  }
  const connect = (exports: string) => new Redis(/USER_STATE_URL=(.*)/.exec(exports)?.[1] ?? '')

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foldstream-command-'))
    await writeFile(join(folder, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  })
  afterEach(async () => {
    await services('down')
    await rm(folder, { recursive: true })
  })

  it('services up and down may be repeated, and keep the data', async () => {
    const exports = await services('up')
    expect(exports).toMatch(
      /^export EVENT_LOG_URL=kafka:.*\nexport USER_STATE_URL=redis:.*\nexport RATING_STORE_URL=http:.*\nexport MODEL_STORE_URL=redis:.*\n$/,
    )
    const first = await pids()
    expect(await services('up')).toBe(exports)
    expect(await pids()).toEqual(first)

    const redis = connect(exports)
    await redis.set('kept', 'yes')
    await redis.quit()
    await services('down')
    for (const pid of first) expect(() => process.kill(pid as number, 0)).toThrow('ESRCH')
    await services('down')
    expect(await pids()).toEqual([undefined, undefined, undefined])

    const again = connect(await services('up'))
    expect(await again.get('kept')).toBe('yes')
    await again.quit()
  })
})
