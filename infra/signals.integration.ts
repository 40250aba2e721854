import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'

it('leaves within the deadline also while ClickHouse runs what cannot be broken off', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-signals-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const of = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)
  // Of a million to the square, at a time: for hours.
  const script = `
    const { untilStopped } = await import(${of('signals.ts')})
    const { loadChdb } = await import(${of('rating-store/load-chdb.ts')})
    const { Session } = await loadChdb()
    const stopped = untilStopped()
    const query = new Session(${JSON.stringify(folder)}).queryAsync('SELECT arrayLevenshteinDistance(range(1000000), range(1000000))')
    console.log('running')
    await query`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const told = text(child.stderr)
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  expect(await told).toMatch(/^foldstream: not everything ended in 10 s; leaving all the same\. .* is on the log\.\n$/)
})
