import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RatingScale } from '../../models/events/types.ts'
import { UnavailableError } from '../errors.ts'
import { follow, numbered, readAll, record, sum, text } from './contract-tools.ts'
import type { EventLog, Position } from './port.ts'
import { subscriptionContract } from './subscription.contract.ts'

/** A new, empty log, and ways into it. */
export interface Place {
  open(founding?: RatingScale): Promise<EventLog>
}

/** Where an adapter deviates from the port; each deviation has a test of its own. */
export interface Deviations {
  /** 'one': a log is open once at a time, and a group has one consumer; a second is refused. */
  readonly processes: 'one' | 'many'
}

export const STARS: RatingScale = { min: 0.5, max: 5, positiveFrom: 4 }

/** What every adapter of the event log does. `newPlace` is called once a test. */
export function eventLogContract(name: string, newPlace: () => Promise<Place>, { processes }: Deviations): void {
  describe(`event log: ${name}`, () => {
    let place: Place
    let log: EventLog
    const opened: EventLog[] = []
    const open = async (founding = STARS): Promise<EventLog> => {
      const another = await place.open(founding)
      opened.push(another)
      return another
    }
    const reopen = async (): Promise<EventLog> => {
      await log.close()
      log = await open()
      return log
    }

    beforeEach(async () => {
      place = await newPlace()
      log = await open()
    })
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((one) => one.close()))
    })

    describe('appending', () => {
      it('gives the records of a key consecutive offsets on one partition, in their order', async () => {
        const positions = await log.append('ratings', numbered('u1', 3))
        const partition = log.partitionOf('ratings', 'u1')
        expect(positions).toEqual([0, 1, 2].map((offset) => ({ partition, offset })))
        expect(await log.append('ratings', numbered('u1', 1))).toEqual([{ partition, offset: 3 }])
      })

      it('returns the position of each record of a mixed append', async () => {
        const keys = Array.from({ length: 50 }, (_, n) => `user-${n % 20}`)
        const positions = await log.append(
          'ratings',
          keys.map((key, n) => record(key, `${key}#${n}`)),
        )
        const { records } = await readAll(log, 'ratings')
        for (const [n, { partition, offset }] of positions.entries()) {
          const stored = records.find((one) => one.partition === partition && one.offset === offset)
          expect(stored && text(stored)).toBe(`${keys[n]}#${n}`)
        }
        expect(new Set(positions.map(({ partition }) => partition)).size).toBeGreaterThan(1)
      })

      it('keeps the order of concurrent appends of a caller, and mixes nothing up between callers', async () => {
        const callers = Array.from({ length: 16 }, (_, n) => `caller-${n}`)
        const positions = await Promise.all(
          callers.map((key) =>
            Promise.all(Array.from({ length: 20 }, (_, n) => log.append('ratings', [record(key, n)]))),
          ),
        )
        const { records } = await readAll(log, 'ratings')
        expect(records).toHaveLength(16 * 20)
        for (const [i, key] of callers.entries()) {
          const own = records.filter((one) => one.key === key)
          expect(own.map(text)).toEqual(Array.from({ length: 20 }, (_, n) => String(n)))
          expect(own.map(({ offset }) => offset)).toEqual(positions[i]?.map(([position]) => position?.offset))
        }
      })

      it('keeps bytes, headers, keys and missing values as they are', async () => {
        const bytes = Uint8Array.from({ length: 256 }, (_, n) => n)
        const headers = { reason: 'a “quoted” reason', topic: 'ratings' }
        const before = Date.now()
        await log.append('ratings.dead-letter', [
          { key: 'ключ 🔑', value: bytes, headers },
          { key: '', value: new Uint8Array(0) },
          { key: 'none', value: null },
        ])
        const { records } = await readAll(log, 'ratings.dead-letter')
        expect(records.map(({ key }) => key)).toEqual(['ключ 🔑', '', 'none'])
        expect(records.map(({ value }) => value && [...value])).toEqual([[...bytes], [], null])
        expect(records.map((one) => one.headers)).toEqual([headers, {}, {}])
        for (const { appendedAt } of records) expect(Math.abs(appendedAt - before)).toBeLessThan(60_000)
      })

      it('takes a record of 1 MB, and appends larger than that', async () => {
        const value = new Uint8Array(1_000_000).fill(7)
        await log.append('ratings', [{ key: 'large', value }])
        const many = Array.from({ length: 30 }, (_, n) => ({ key: 'many', value: new Uint8Array(100_000).fill(n) }))
        const positions = await log.append('ratings', many)
        expect(positions.map(({ offset }) => offset)).toEqual(many.map((_, n) => (positions[0]?.offset ?? 0) + n))
        const { records } = await readAll(log, 'ratings')
        expect(records).toHaveLength(31)
        expect(records.find(({ key }) => key === 'large')?.value?.length).toBe(1_000_000)
        expect(records.filter(({ key }) => key === 'many').map(({ value }) => value?.[0])).toEqual(
          many.map((_, n) => n),
        )
      })

      it('appends nothing for no records', async () => {
        expect(await log.append('ratings', [])).toEqual([])
        expect(sum(await log.ends('ratings'))).toBe(0)
      })

      it('tells the end of each partition', async () => {
        await log.append('ratings', numbered('u1', 5))
        const ends = await log.ends('ratings')
        expect(ends).toHaveLength(log.identity.partitions)
        expect(ends[log.partitionOf('ratings', 'u1')]).toBe(5)
        expect(sum(ends)).toBe(5)
      })

      it('says what will take the bytes of a record off it', async () => {
        const [position] = await log.append('ratings', numbered('u1', 1))
        const way = processes === 'one' ? 'compact' : 'rewrite-log'
        expect(await log.heldUntil('ratings', position as Position)).toBe(way)
      })

      it('refuses to append once it is closed', async () => {
        await log.close()
        await expect(log.append('ratings', numbered('u1', 1))).rejects.toThrow(UnavailableError)
      })

      it('keeps what was acknowledged after it was closed and opened again', async () => {
        await log.append('ratings', numbered('u1', 3))
        await reopen()
        await log.append('ratings', numbered('u1', 1))
        const { records } = await readAll(log, 'ratings')
        expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2, 3])
      })
    })

    describe('identity', () => {
      it('is minted with the founding scale and kept', async () => {
        const { identity } = log
        expect(identity.id).toMatch(/^[0-9a-f-]{36}$/)
        expect(identity.scale).toEqual(STARS)
        expect(identity.partitions).toBe(8)
        await log.close()
        log = await open({ min: 0, max: 10, positiveFrom: 8 })
        expect(log.identity).toEqual(identity)
      })

      if (processes === 'many') {
        it('is the same for two processes that found the log at once', async () => {
          place = await newPlace()
          const [one, other] = await Promise.all([open(STARS), open({ min: 0, max: 10, positiveFrom: 8 })])
          expect(other?.identity).toEqual(one?.identity)
        })
      }
    })

    subscriptionContract({ log: () => log, open, reopen, processes })
    describe('tailing', () => {
      it('delivers a topic from its start, says when it has caught up, and goes on', async () => {
        await log.append('items', numbered('i1', 1))
        await log.append('items', numbered('i2', 1))
        const tail = await follow(log, 'items')
        await tail.caughtUp
        expect(tail.records.map(({ key }) => key)).toEqual(['i1', 'i2'])
        await log.append('items', numbered('i3', 1))
        await vi.waitFor(() => expect(tail.records.map(({ key }) => key)).toEqual(['i1', 'i2', 'i3']))
        await tail.close()
        await log.append('items', numbered('i4', 1))
        expect(tail.records).toHaveLength(3)
      })

      it('delivers again what could not be taken', async () => {
        await log.append('items', numbered('i1', 1))
        let calls = 0
        const tail = await log.tail('items', () => {
          if (calls++ === 0) throw new Error('not now')
        })
        await tail.caughtUp
        expect(calls).toBe(2)
      })

      it('has caught up at once with an empty topic', async () => {
        const tail = await follow(log, 'items')
        await tail.caughtUp
        await log.append('items', numbered('i1', 1))
        await vi.waitFor(() => expect(tail.records).toHaveLength(1))
      })

      it('shows the last value of every key, and deletions, to one who comes later', async () => {
        await log.append('items', [record('i1', 'old'), record('i2', 'gone'), record('i1', 'new')])
        await log.append('items', [{ key: 'i2', value: null }])
        const tail = await follow(log, 'items')
        await tail.caughtUp
        const catalogue = new Map(tail.records.map((one) => [one.key, one.value && text(one)]))
        expect(catalogue).toEqual(new Map([['i1', 'new'], ['i2', null]])) // biome-ignore format: a row
        expect(await log.ends('items')).toEqual([4])
      })

      it('lets several follow a topic, each with all of it', async () => {
        await log.append(
          'ratings',
          Array.from({ length: 100 }, (_, n) => record(`user-${n}`, n)),
        )
        const tails = await Promise.all([follow(log, 'ratings'), follow(log, 'ratings')])
        for (const { caughtUp, records } of tails) {
          await caughtUp
          expect(records).toHaveLength(100)
        }
      })
    })

    it('answers a ping', async () => {
      await expect(log.ping()).resolves.toBeUndefined()
    })
  })
}
