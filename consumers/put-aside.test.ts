import { afterAll, expect, it, vi } from 'vitest'
import { deadLettersOn } from '../infra/event-log/dead-letters.ts'
import { openEmbeddedLog } from '../infra/event-log/embedded.ts'
import type { LogRecord } from '../infra/event-log/port.ts'
import { silent } from '../infra/logging.ts'
import { createMetrics } from '../infra/metrics.ts'
import { encodeEvent } from '../models/events/codec.ts'
import { broken, newFolder, rated, removeFolders, STARS } from './events.fixture.ts'
import { putAside } from './put-aside.ts'
import { type Refused, readRatings } from './read-records.ts'

afterAll(removeFolders)

it('keeps the records, and tells of the first by place and event id, not by what was rated', async () => {
  const log = await openEmbeddedLog(await newFolder(), STARS)
  const told: object[] = []
  const logger = silent.child({})
  vi.spyOn(logger, 'warn').mockImplementation((line: unknown) => void told.push(line as object))

  const event = rated('ann', 'heat', 4.75e9)
  const records: LogRecord[] = Array.from({ length: 12 }, (_, offset) => ({
    ...(offset === 0 ? { key: 'ann', value: encodeEvent(event) } : broken('ann')),
    ...{ partition: log.partitionOf('ratings', 'ann'), offset, appendedAt: Date.now(), headers: {} },
  }))
  const refused = readRatings(log, records).filter((reading): reading is Refused => 'reason' in reading)
  await putAside('ratings', refused, { log, logger, metrics: createMetrics(), group: 'g' })

  expect((await deadLettersOn(log)).map(({ value }) => value)).toEqual(records.map(({ value }) => value))
  expect(told).toHaveLength(11)
  expect(told[0]).toMatchObject({
    topic: 'ratings',
    offset: 0,
    eventId: event.eventId,
    reason: expect.stringMatching(/^value: /),
  })
  expect(told.at(-1)).toMatchObject({ records: 2 })
  expect(JSON.stringify(told)).not.toMatch(/ann|heat|4.?75/)
  await log.close()
})
