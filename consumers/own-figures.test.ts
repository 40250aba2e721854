import { afterAll, expect, it } from 'vitest'
import { openEmbeddedLog } from '../infra/event-log/embedded.ts'
import { readTopic } from '../infra/event-log/read-topic.ts'
import { silent } from '../infra/logging.ts'
import { createMetrics } from '../infra/metrics.ts'
import { append, newFolder, rated, removeFolders, STARS } from './events.fixture.ts'
import { tellOwnFigures } from './own-figures.ts'
import { readMeasurements } from './read-records.ts'

afterAll(removeFolders)

it('tells how soon ratings were in the user state since it told last, and how far consumers are behind', async () => {
  const log = await openEmbeddedLog(await newFolder(), STARS)
  const metrics = createMetrics()
  const shared = { log, metrics, logger: silent, generation: () => undefined, everyMs: 3_600_000 }
  const told = async (): Promise<unknown[]> => {
    const all: unknown[] = []
    await readTopic(log, 'measurements', (records) => {
      for (const reading of readMeasurements(records)) {
        if (!('event' in reading)) throw new Error(reading.reason)
        const { metric, variant, value, weight } = reading.event
        all.push([`${metric} ${variant}`, value, weight])
      }
    })
    return all
  }
  // Nothing came in, and nothing is left behind.
  await tellOwnFigures({ ...shared, groups: { sink: 'sink' } }).close()
  expect(await told()).toEqual([])

  await append(log, rated('ann', 'a', 5), rated('bob', 'a', 5), rated('cid', 'a', 5))
  for (let n = 0; n < 100; n++) metrics.freshnessSeconds.observe(n < 90 ? 0.004 : 0.15)
  await tellOwnFigures({ ...shared, groups: { updater: 'updater' } }).close()
  expect(await told()).toEqual([
    ['freshness-seconds p50', expect.closeTo(0.0036, 3), 100],
    ['freshness-seconds p99', expect.closeTo(0.19, 2), 100],
    ['lag-records updater', 3, 1],
  ])
  await log.close()
})
