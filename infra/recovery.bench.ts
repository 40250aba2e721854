import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeDataset } from './bench/dataset.ts'
import { runFoldstream } from './services/foldstream.ts'

/** About a million ratings. */
const SIZE = { users: 10_000, items: 5_000, ratingsPerUser: 100 }

/**
 * What it takes to bring a store back from the log, to compare log and stores, and to copy the data folder and make one of the copy:
 * each a command in a process of its own, from its start to its end, of a stopped system.
 */
export async function bench(report: (row: Record<string, string | number>) => void): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'foldstream-recovery-'))
  try {
    const dataset = join(scratch, 'dataset')
    const ratings = await writeDataset(dataset, SIZE)
    const folder = join(scratch, 'data')
    const run = async (into: string, ...words: string[]): Promise<number> => {
      const began = performance.now()
      const { code, output } = await runFoldstream([...words, '--data-dir', into])
      if (code !== 0) throw new Error(`${words.join(' ')} ended with exit code ${code}:\n${output}`)
      return (performance.now() - began) / 1000
    }
    await run(folder, 'import', dataset)
    await run(folder, 'rebuild')
    const backup = join(scratch, 'backup')
    const commands: [into: string, ...words: string[]][] = [
      [folder, 'replay', '--to-state'],
      [folder, 'replay', '--to-clickhouse'],
      [folder, 'verify'],
      [folder, 'backup', backup],
      [join(scratch, 'restored'), 'restore', backup],
      [folder, 'replay', '--user', '1', '--as-of', String(Date.now())],
    ]
    for (const [into, ...words] of commands) {
      const command = words.map((word) => (word === backup ? 'DIR' : word)).join(' ')
      report({ command, ratings, seconds: (await run(into, ...words)).toFixed(1) })
    }
  } finally {
    await rm(scratch, { recursive: true })
  }
}
