import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Offset, RatingScale } from '../../models/events/types.ts'
import type { Batch, EventLog, LogRecord, NewRecord, Subscription, Topic } from './port.ts'

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

const PATIENCE = { timeout: 20_000, interval: 10 }

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
    })

    describe('subscribing', () => {
      it('delivers what stands there and what comes, each partition in order', async () => {
        await log.append('ratings', numbered('u1', 3))
        const consumer = await consume(log, { group: 'g' })
        await vi.waitFor(() => expect(consumer.records).toHaveLength(3), PATIENCE)
        await log.append('ratings', numbered('u1', 2))
        await vi.waitFor(() => expect(consumer.records).toHaveLength(5), PATIENCE)
        expect(consumer.records.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4])
        expect(consumer.records.map(text)).toEqual(['0', '1', '2', '0', '1'])
      })

      it('delivers several topics to one group', async () => {
        await log.append('ratings', numbered('u1', 1))
        await log.append('items', numbered('i1', 1))
        const consumer = await consume(log, { group: 'g', topics: ['ratings', 'items'] })
        await vi.waitFor(() => expect(new Set(consumer.topics)).toEqual(new Set(['ratings', 'items'])), PATIENCE)
      })

      it('asks where to resume before the first batch of every partition', async () => {
        await log.append('ratings', numbered('u1', 1))
        const consumer = await consume(log, { group: 'g' })
        await vi.waitFor(() => expect(consumer.records).toHaveLength(1), PATIENCE)
        await vi.waitFor(() => expect(consumer.asked.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]), PATIENCE)
      })

      it('resumes where the group committed', async () => {
        await log.append('ratings', numbered('u1', 4))
        const first = await consume(log, {
          group: 'g',
          handle: async (batch) => {
            await batch.commit((batch.records[0] as LogRecord).offset + 3)
          },
        })
        await vi.waitFor(async () => expect(defined(await log.committed('ratings', 'g'))).toEqual([3]), PATIENCE)
        await first.close()
        await reopen()
        expect((await log.committed('ratings', 'g'))[log.partitionOf('ratings', 'u1')]).toBe(3)
        expect(defined(await log.committed('ratings', 'another'))).toEqual([])
        const second = await consume(log, { group: 'g' })
        await vi.waitFor(() => expect(second.records.map(({ offset }) => offset)).toEqual([3]), PATIENCE)
      })

      it('starts again at the beginning when nothing was committed', async () => {
        await log.append('ratings', numbered('u1', 2))
        for (const group of ['g', 'g']) {
          const consumer = await consume(log, { group })
          await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([0, 1]), PATIENCE)
          await consumer.close()
        }
      })

      it('commits after the handler has returned, too', async () => {
        await log.append('ratings', numbered('u1', 2))
        const consumer = await consume(log, { group: 'g' })
        await vi.waitFor(() => expect(consumer.records).toHaveLength(2), PATIENCE)
        await (consumer.batches.at(-1) as Batch).commit(2)
        expect(defined(await log.committed('ratings', 'g'))).toEqual([2])
      })

      it('follows resumeAt backwards from what was committed, although nothing new comes', async () => {
        await log.append('ratings', numbered('u1', 5))
        await commitAll(log)
        const consumer = await consume(log, { group: 'g', resumeAt: async () => 2 })
        await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([2, 3, 4]), PATIENCE)
      })

      it('follows resumeAt forwards from what was committed', async () => {
        await log.append('ratings', numbered('u1', 5))
        const consumer = await consume(log, { group: 'g', resumeAt: async () => 4 })
        await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([4]), PATIENCE)
      })

      it('waits for a slow resumeAt, and asks again after a failed one', async () => {
        await log.append('ratings', numbered('u1', 3))
        let calls = 0
        const consumer = await consume(log, {
          group: 'g',
          resumeAt: async () => {
            await new Promise((resolve) => setTimeout(resolve, 300))
            if (calls++ < 8) throw new Error('the store does not answer')
            return 1
          },
        })
        await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([1, 2]), PATIENCE)
      })

      it('handles one batch of a partition at a time', async () => {
        let under = 0
        let most = 0
        const consumer = await consume(log, {
          group: 'g',
          handle: async () => {
            most = Math.max(most, ++under)
            await new Promise((resolve) => setTimeout(resolve, 20))
            under--
          },
        })
        for (let n = 0; n < 10; n++) await log.append('ratings', numbered('u1', 1))
        await vi.waitFor(() => expect(consumer.records).toHaveLength(10), PATIENCE)
        expect(most).toBe(1)
      })

      it('goes on with other partitions while one is held up', async () => {
        const [held, free] = keysOnTwoPartitions(log)
        const release = Promise.withResolvers<void>()
        const seen: string[] = []
        await consume(log, {
          group: 'g',
          handle: async ({ records }) => {
            seen.push(...records.map(({ key }) => key))
            if (records.some(({ key }) => key === held)) await release.promise
          },
        })
        await log.append('ratings', [record(held, 1), record(free, 1)])
        await vi.waitFor(() => expect(seen.toSorted()).toEqual([held, free].toSorted()), PATIENCE)
        await log.append('ratings', [record(free, 2)])
        await vi.waitFor(() => expect(seen).toHaveLength(3), PATIENCE)
        release.resolve()
      })

      it('delivers a batch again when the handler throws, against the rule', async () => {
        let failures = 0
        const consumer = await consume(log, {
          group: 'g',
          handle: async () => {
            if (failures++ === 0) throw new Error('it broke a rule')
          },
        })
        await log.append('ratings', numbered('u1', 1))
        await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([0, 0]), PATIENCE)
        await log.append('ratings', numbered('u1', 1))
        await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([0, 0, 1]), PATIENCE)
      })

      it('waits at close for the handler under way, lets it commit, and delivers no more', async () => {
        await log.append('ratings', numbered('u1', 1))
        const under = Promise.withResolvers<Batch>()
        const release = Promise.withResolvers<void>()
        const consumer = await consume(log, {
          group: 'g',
          handle: async (batch) => {
            under.resolve(batch)
            await release.promise
            await batch.heartbeat()
            await batch.commit(1)
          },
        })
        const batch = await under.promise
        expect(batch.isStale()).toBe(false)
        let closed = false
        const closing = consumer.close().then(() => {
          closed = true
        })
        await log.append('ratings', numbered('u1', 1))
        await new Promise((resolve) => setTimeout(resolve, 200))
        expect(batch.isStale()).toBe(true)
        expect(closed).toBe(false)
        release.resolve()
        await closing
        expect(consumer.records).toHaveLength(1)
        expect(consumer.revoked).toContain(log.partitionOf('ratings', 'u1'))
        expect(defined(await log.committed('ratings', 'g'))).toEqual([1])
      })

      it('lets a group be joined again after it was left', async () => {
        await log.append('ratings', numbered('u1', 1))
        for (let round = 0; round < 3; round++) {
          const consumer = await consume(log, { group: 'g', resumeAt: async () => 0 })
          await vi.waitFor(() => expect(consumer.records).toHaveLength(1), PATIENCE)
          await consumer.close()
        }
      })
    })

    if (processes === 'one') {
      it('refuses a second consumer of a group', async () => {
        await consume(log, { group: 'g' })
        await expect(consume(log, { group: 'g' })).rejects.toThrow('group g')
      })
    } else {
      describe('several processes', () => {
        it('agree on one identity when they found a log at once', async () => {
          place = await newPlace()
          const [one, other] = await Promise.all([open(STARS), open({ min: 0, max: 10, positiveFrom: 8 })])
          expect(other?.identity).toEqual(one?.identity)
        })

        it('shares the partitions among the consumers of a group', async () => {
          const keys = Array.from({ length: 64 }, (_, n) => `user-${n}`)
          const first = await consume(log, { group: 'g' })
          await vi.waitFor(() => expect(first.asked).toHaveLength(8), PATIENCE)
          const second = await consume(await open(), { group: 'g' })
          await vi.waitFor(() => expect(second.asked).toHaveLength(4), PATIENCE)
          await vi.waitFor(() => expect(first.asked).toHaveLength(8 + 4), PATIENCE)
          expect(first.revoked.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
          await log.append(
            'ratings',
            keys.map((key) => record(key, key)),
          )
          await vi.waitFor(() => expect(first.records.length + second.records.length).toBe(64), PATIENCE)
          expect(first.records.length).toBeGreaterThan(0)
          expect(second.records.length).toBeGreaterThan(0)
        })

        it('revokes before it assigns anew; what was held then is stale', async () => {
          const partition = log.partitionOf('ratings', 'u1')
          await log.append('ratings', numbered('u1', 2))
          const history: string[] = []
          const first = await consume(log, {
            group: 'g',
            resumeAt: async (_, assigned) => {
              if (assigned === partition) history.push('assigned')
              return undefined
            },
            revoked: (_, taken) => {
              if (taken === partition) history.push('revoked')
            },
          })
          await vi.waitFor(() => expect(first.records).toHaveLength(2), PATIENCE)
          const second = await consume(await open(), { group: 'g' })
          await vi.waitFor(() => expect(history[1]).toBe('revoked'), PATIENCE)
          expect((first.batches[0] as Batch).isStale()).toBe(true)
          await (first.batches[0] as Batch).commit(2)
          await vi.waitFor(() => expect(second.asked).toHaveLength(4), PATIENCE)
          expect(defined(await log.committed('ratings', 'g'))).toEqual([])
          await second.close()
          await vi.waitFor(() => expect(history.slice(-2)).toEqual(['revoked', 'assigned']), PATIENCE)
          await vi.waitFor(() => expect(first.records.at(-1)?.offset).toBe(1), PATIENCE)
        })
      })
    }

    describe('tailing', () => {
      it('delivers a topic from its start, says when it has caught up, and goes on', async () => {
        await log.append('items', numbered('i1', 1))
        await log.append('items', numbered('i2', 1))
        const tail = await follow(log, 'items')
        await tail.caughtUp
        expect(tail.records.map(({ key }) => key)).toEqual(['i1', 'i2'])
        await log.append('items', numbered('i3', 1))
        await vi.waitFor(() => expect(tail.records.map(({ key }) => key)).toEqual(['i1', 'i2', 'i3']), PATIENCE)
        await tail.close()
        await log.append('items', numbered('i4', 1))
        expect(tail.records).toHaveLength(3)
      })

      it('has caught up at once with an empty topic', async () => {
        const tail = await follow(log, 'items')
        await tail.caughtUp
        await log.append('items', numbered('i1', 1))
        await vi.waitFor(() => expect(tail.records).toHaveLength(1), PATIENCE)
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

export function record(key: string, value: string | number): NewRecord {
  return { key, value: Buffer.from(String(value)) }
}

/** `count` records of one key, with the values 0, 1, 2 … */
export function numbered(key: string, count: number): NewRecord[] {
  return Array.from({ length: count }, (_, n) => record(key, n))
}

export function text({ value }: LogRecord): string {
  return Buffer.from(value as Uint8Array).toString()
}

const sum = (offsets: readonly Offset[]): number => offsets.reduce((total, offset) => total + offset, 0)
const defined = <T>(values: readonly (T | undefined)[]): T[] => values.filter((value) => value !== undefined)

/** Subscribes, and keeps what it was given. */
export async function consume(log: EventLog, wanted: Partial<Subscription> & { group: string }) {
  const batches: Batch[] = []
  const records: LogRecord[] = []
  const topics: Topic[] = []
  const asked: number[] = []
  const revoked: number[] = []
  const { close } = await log.subscribe({
    topics: ['ratings'],
    ...wanted,
    resumeAt: async (topic, partition) => {
      asked.push(partition)
      return wanted.resumeAt?.(topic, partition)
    },
    revoked: (topic, partition) => {
      revoked.push(partition)
      wanted.revoked?.(topic, partition)
    },
    handle: async (batch) => {
      batches.push(batch)
      topics.push(batch.topic)
      records.push(...batch.records)
      await wanted.handle?.(batch)
    },
  })
  return { batches, records, topics, asked, revoked, close }
}

async function commitAll(log: EventLog): Promise<void> {
  const { close } = await consume(log, {
    group: 'g',
    handle: (batch) => batch.commit((batch.records.at(-1) as LogRecord).offset + 1),
  })
  const total = sum(await log.ends('ratings'))
  await vi.waitFor(async () => expect(sum(defined(await log.committed('ratings', 'g')))).toBe(total), PATIENCE)
  await close()
}

async function follow(log: EventLog, topic: Topic) {
  const records: LogRecord[] = []
  const { caughtUp, close } = await log.tail(topic, (some) => records.push(...some))
  return { records, caughtUp, close }
}

/** All that stands on a topic now. */
async function readAll(log: EventLog, topic: Topic): Promise<{ records: LogRecord[] }> {
  const { records, caughtUp, close } = await follow(log, topic)
  await caughtUp
  await close()
  return { records }
}

function keysOnTwoPartitions(log: EventLog): [string, string] {
  const other = Array.from({ length: 100 }, (_, n) => `u${n}`).find(
    (key) => log.partitionOf('ratings', key) !== log.partitionOf('ratings', 'u0'),
  )
  return ['u0', other as string]
}
