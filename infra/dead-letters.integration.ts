import { describe, expect, it } from 'vitest'
import { encodeEvent } from '../models/events/codec.ts'
import type { RatingEvent } from '../models/events/types.ts'
import { onFolders, says, stopped, withLog } from './embedded.fixture.ts'
import type { LogRecord } from './event-log/port.ts'
import { testFolder } from './system.fixture.ts'

const { start, run } = onFolders()

describe('a system on embedded stores', () => {
  it('puts aside what is no event, and goes on', async () => {
    const folder = await testFolder()
    const userId = 'someone'
    const rating = { type: 'rating', userId, value: 4, occurredAt: Date.now(), recommendationId: null } as const
    const good = { ...rating, itemId: 'good', eventId: crypto.randomUUID() } satisfies RatingEvent
    const foreign = {
      ...rating,
      itemId: 'foreign',
      eventId: crypto.randomUUID(),
      userId: 'other',
    } satisfies RatingEvent
    const bad = [Buffer.from([0xc3, 0x01, 7]), Buffer.from('{"userId":"someone"}'), encodeEvent(foreign)]
    const values = [...bad, encodeEvent(good)]
    const positions = await withLog(folder, (log) =>
      log.append(
        'ratings',
        values.map((value) => ({ key: userId, value })),
      ),
    )

    const system = await start(folder, '--dataset', 'none')
    await system.settled()
    expect(await system.ratingsOf(userId)).toEqual(new Map([['good', 4]]))
    await stopped(system)

    const letters: LogRecord[] = []
    await withLog(folder, async (log) => {
      const { caughtUp, close } = await log.tail('ratings.dead-letter', (records) => void letters.push(...records))
      await caughtUp
      await close()
    })
    expect(letters.map(({ value }) => Buffer.from(value ?? []))).toEqual(bad.map((bytes) => Buffer.from(bytes)))
    for (const [i, { headers }] of letters.entries()) {
      const { partition, offset } = positions[i] as { partition: number; offset: number }
      expect(headers).toEqual({
        topic: 'ratings',
        partition: `${partition}`,
        offset: `${offset}`,
        key: userId,
        error: expect.stringMatching(/\w/),
      })
    }

    const [first, second, third] = positions.map(({ partition, offset }) => `ratings-${partition}-${offset}`)
    expect(await run(folder, 'dead-letters', 'list')).toEqual(
      says(0, new RegExp(`^${first}  .*\n${second}  .*\n${third}  `)),
    )
    expect(await run(folder, 'dead-letters', 'show', first as string)).toEqual(says(0, /\nc3 01 07\n/))
    expect(await run(folder, 'dead-letters', 'drop', first as string, second as string)).toEqual(says(0, /^2 dropped/))
    const again = await start(folder)
    expect(await run(folder, 'dead-letters', 'replay', '--all')).toEqual(says(0, /^1 replayed/))
    await again.settled()
    const { partition } = positions[0] as { partition: number }
    expect(await run(folder, 'dead-letters')).toEqual(
      says(0, new RegExp(`^ratings-${partition}-${values.length}  .*\n$`)),
    )
    expect(await run(folder, 'dead-letters', 'drop', 'ratings-0-999')).toEqual(says(2, /no letter ratings-0-999/))
    expect(await run(folder, 'dead-letters', 'drop')).toEqual(says(2, /--all/))
    await stopped(again)
    expect(await run(folder, 'verify')).toEqual(
      says(0, /4 records hold nothing for their topic: 0 of them not put aside/),
    )
  })
})
