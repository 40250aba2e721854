import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { peakMemoryMiB, startFoldstream } from './services/foldstream.ts'

const DATASETS_DIR = process.env.DATASETS_DIR ?? '../shared/data'

/** From nothing to the first recommendations of MovieLens' small dataset, and again on the folder it left. */
export async function bench(report: (row: Record<string, string | number>) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-bench-'))
  try {
    for (const start of ['empty folder', 'restart']) {
      const began = performance.now()
      const system = await startFoldstream(
        ['--port', '0', '--data-dir', join(folder, 'data'), '--dataset', 'ml-latest-small'],
        { DATASETS_DIR },
      )
      const listening = performance.now() - began
      while ((await fetch(`${system.url}/readyz`)).status !== 200) await sleep(20)
      report({
        start,
        'listening s': (listening / 1000).toFixed(2),
        'ready s': ((performance.now() - began) / 1000).toFixed(2),
        'peak MiB': peakMemoryMiB(system.pid)?.toFixed(0) ?? 'unknown',
      })
      await system.stop()
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}
