import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedLog } from '../infra/event-log/embedded.ts'
import { encodeEvent } from '../models/events/codec.ts'
import type { RatingEvent } from '../models/events/types.ts'
import type { Dataset } from './datasets/dataset.ts'
import { openDataset } from './datasets/open.ts'
import { generateDataset } from './generator.ts'
import { importDataset } from './import.ts'
import { logPublisher } from './publisher.ts'

const SCALE = { min: 0.5, max: 5, positiveFrom: 4 }
const ML_LATEST_SMALL = join(process.env.DATASETS_DIR ?? '../shared/data', 'ml-latest-small')

/** How fast ratings are read, encoded, and imported into an embedded log, on ml-latest-small where it is, else on generated data. */
export async function bench(report: (row: Record<string, string | number>) => void): Promise<void> {
  const dataset = existsSync(ML_LATEST_SMALL) ? await openDataset(ML_LATEST_SMALL, Date.now()) : generateDataset()
  const measure = async (what: string, run: () => Promise<number> | number): Promise<void> => {
    const began = performance.now()
    const count = await run()
    const seconds = (performance.now() - began) / 1000
    report({ what: `${what}, ${dataset.name}`, ratings: count, 'per second': Math.round(count / seconds) })
  }
  let events: RatingEvent[] = []
  await measure('read, first time', async () => (await ratingsOf(dataset)).length)
  await measure('read, again', async () => {
    events = await ratingsOf(dataset)
    return events.length
  })
  await measure('encode', () => {
    for (const event of events) encodeEvent(event)
    return events.length
  })
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-bench-'))
  try {
    const log = await openEmbeddedLog(join(folder, 'log'), SCALE)
    const files = { checkpointFile: join(folder, 'checkpoint'), rejectsFile: join(folder, 'rejects') }
    const options = { scale: SCALE, target: log.identity.id, ...files }
    await measure('import into an embedded log, items included', async () => {
      const { ratings } = await importDataset(dataset, logPublisher(log), options)
      return ratings
    })
    await log.close()
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function ratingsOf(dataset: Dataset): Promise<RatingEvent[]> {
  const events: RatingEvent[] = []
  for await (const { lines } of dataset.ratings()) for (const { value } of lines) if (value) events.push(value)
  return events
}
