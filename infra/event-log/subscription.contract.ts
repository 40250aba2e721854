import { describe, expect, it, vi } from 'vitest'
import { consume, defined, numbered, record, sum, text } from './contract-tools.ts'
import type { Batch, EventLog, LogRecord } from './port.ts'

/** The part of the event log's contract that is about consumer groups. */
export function subscriptionContract({
  log,
  open,
  reopen,
  processes,
}: {
  log(): EventLog
  /** The same log by another client. */
  open(): Promise<EventLog>
  reopen(): Promise<EventLog>
  processes: 'one' | 'many'
}): void {
  describe('subscribing', () => {
    it('delivers what stands there and what comes, each partition in order', async () => {
      await log().append('ratings', numbered('u1', 3))
      const consumer = await consume(log(), { group: 'g' })
      await vi.waitFor(() => expect(consumer.records).toHaveLength(3))
      await log().append('ratings', numbered('u1', 2))
      await vi.waitFor(() => expect(consumer.records).toHaveLength(5))
      expect(consumer.records.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4])
      expect(consumer.records.map(text)).toEqual(['0', '1', '2', '0', '1'])
    })

    it('delivers several topics to one group', async () => {
      await log().append('ratings', numbered('u1', 1))
      await log().append('items', numbered('i1', 1))
      const consumer = await consume(log(), { group: 'g', topics: ['ratings', 'items'] })
      await vi.waitFor(() => expect(new Set(consumer.topics)).toEqual(new Set(['ratings', 'items'])))
    })

    it('asks where to resume before the first batch of every partition', async () => {
      await log().append('ratings', numbered('u1', 1))
      const consumer = await consume(log(), { group: 'g' })
      await vi.waitFor(() => expect(consumer.records).toHaveLength(1))
      await vi.waitFor(() => expect(consumer.asked.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]))
    })

    it('counts who is in a group', async () => {
      expect(await log().members('g')).toBe(0)
      const { asked, close } = await consume(log(), { group: 'g' })
      await vi.waitFor(() => expect(asked).toHaveLength(8))
      expect(await log().members('g')).toBe(1)
      expect(await log().members('another')).toBe(0)
      await close()
      expect(await log().members('g')).toBe(0)
    })

    it('resumes where the group committed', async () => {
      await log().append('ratings', numbered('u1', 4))
      const first = await consume(log(), {
        group: 'g',
        handle: async (batch) => {
          await batch.commit((batch.records[0] as LogRecord).offset + 3)
        },
      })
      await vi.waitFor(async () => expect(defined(await log().committed('ratings', 'g'))).toEqual([3]))
      await first.close()
      await reopen()
      expect((await log().committed('ratings', 'g'))[log().partitionOf('ratings', 'u1')]).toBe(3)
      expect(defined(await log().committed('ratings', 'another'))).toEqual([])
      const second = await consume(log(), { group: 'g' })
      await vi.waitFor(() => expect(second.records.map(({ offset }) => offset)).toEqual([3]))
    })

    it('starts again at the beginning when nothing was committed', async () => {
      await log().append('ratings', numbered('u1', 2))
      for (const group of ['g', 'g']) {
        const consumer = await consume(log(), { group })
        await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([0, 1]))
        await consumer.close()
      }
    })

    it('commits after the handler has returned, too', async () => {
      await log().append('ratings', numbered('u1', 2))
      const consumer = await consume(log(), { group: 'g' })
      await vi.waitFor(() => expect(consumer.records).toHaveLength(2))
      await (consumer.batches.at(-1) as Batch).commit(2)
      expect(defined(await log().committed('ratings', 'g'))).toEqual([2])
    })

    it('follows resumeAt backwards from what was committed, although nothing new comes', async () => {
      await log().append('ratings', numbered('u1', 5))
      await commitAll(log())
      const consumer = await consume(log(), { group: 'g', resumeAt: async () => 2 })
      await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([2, 3, 4]))
    })

    it('follows resumeAt forwards from what was committed', async () => {
      await log().append('ratings', numbered('u1', 5))
      const consumer = await consume(log(), { group: 'g', resumeAt: async () => 4 })
      await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([4]))
    })

    it('tells where a group goes on that resumed behind all there is', async () => {
      await log().append('ratings', numbered('u1', 5))
      await consume(log(), { group: 'g', resumeAt: async () => 5 })
      const partition = log().partitionOf('ratings', 'u1')
      await vi.waitFor(async () => expect((await log().committed('ratings', 'g'))[partition]).toBe(5))
    })

    it('waits for a slow resumeAt, and asks again after a failed one', async () => {
      await log().append('ratings', numbered('u1', 3))
      let calls = 0
      const consumer = await consume(log(), {
        group: 'g',
        resumeAt: async () => {
          await new Promise((resolve) => setTimeout(resolve, 300))
          if (calls++ < 8) throw new Error('the store does not answer')
          return 1
        },
      })
      await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([1, 2]))
    })

    it('handles one batch of a partition at a time', async () => {
      let under = 0
      let most = 0
      const consumer = await consume(log(), {
        group: 'g',
        handle: async () => {
          most = Math.max(most, ++under)
          await new Promise((resolve) => setTimeout(resolve, 20))
          under--
        },
      })
      for (let n = 0; n < 10; n++) await log().append('ratings', numbered('u1', 1))
      await vi.waitFor(() => expect(consumer.records).toHaveLength(10))
      expect(most).toBe(1)
    })

    it('goes on with other partitions while one is held up', async () => {
      const [held, free] = keysOnTwoPartitions(log())
      const release = Promise.withResolvers<void>()
      const seen: string[] = []
      await consume(log(), {
        group: 'g',
        handle: async ({ records }) => {
          seen.push(...records.map(({ key }) => key))
          if (records.some(({ key }) => key === held)) await release.promise
        },
      })
      await log().append('ratings', [record(held, 1), record(free, 1)])
      await vi.waitFor(() => expect(seen.toSorted()).toEqual([held, free].toSorted()))
      await log().append('ratings', [record(free, 2)])
      await vi.waitFor(() => expect(seen).toHaveLength(3))
      release.resolve()
    })

    it('delivers a batch again when the handler throws, against the rule', async () => {
      let failures = 0
      const consumer = await consume(log(), {
        group: 'g',
        handle: async () => {
          if (failures++ === 0) throw new Error('it broke a rule')
        },
      })
      await log().append('ratings', numbered('u1', 1))
      await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([0, 0]))
      await log().append('ratings', numbered('u1', 1))
      await vi.waitFor(() => expect(consumer.records.map(({ offset }) => offset)).toEqual([0, 0, 1]))
    })

    it('waits at close for the handler under way, lets it commit, and delivers no more', async () => {
      await log().append('ratings', numbered('u1', 1))
      const under = Promise.withResolvers<Batch>()
      const release = Promise.withResolvers<void>()
      const consumer = await consume(log(), {
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
      await log().append('ratings', numbered('u1', 1))
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(batch.isStale()).toBe(true)
      expect(closed).toBe(false)
      release.resolve()
      await closing
      expect(consumer.records).toHaveLength(1)
      expect(consumer.revoked).toContain(log().partitionOf('ratings', 'u1'))
      expect(defined(await log().committed('ratings', 'g'))).toEqual([1])
    })

    it('lets a group be joined again after it was left', async () => {
      await log().append('ratings', numbered('u1', 1))
      for (let round = 0; round < 3; round++) {
        const consumer = await consume(log(), { group: 'g', resumeAt: async () => 0 })
        await vi.waitFor(() => expect(consumer.records).toHaveLength(1))
        await consumer.close()
      }
    })
  })

  if (processes === 'one') {
    it('refuses a second consumer of a group', async () => {
      await consume(log(), { group: 'g' })
      await expect(consume(log(), { group: 'g' })).rejects.toThrow('group g')
    })
  } else {
    describe('several processes', () => {
      it('shares the partitions among the consumers of a group', async () => {
        const keys = Array.from({ length: 64 }, (_, n) => `user-${n}`)
        const first = await consume(log(), { group: 'g' })
        await vi.waitFor(() => expect(first.asked).toHaveLength(8))
        const second = await consume(await open(), { group: 'g' })
        await vi.waitFor(() => expect(second.asked).toHaveLength(4))
        await vi.waitFor(() => expect(first.asked).toHaveLength(8 + 4))
        expect(first.revoked.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
        await log().append(
          'ratings',
          keys.map((key) => record(key, key)),
        )
        await vi.waitFor(() => expect(first.records.length + second.records.length).toBe(64))
        expect(first.records.length).toBeGreaterThan(0)
        expect(second.records.length).toBeGreaterThan(0)
      })

      it('revokes before it assigns anew; what was held then is stale', async () => {
        const partition = log().partitionOf('ratings', 'u1')
        await log().append('ratings', numbered('u1', 2))
        const history: string[] = []
        const first = await consume(log(), {
          group: 'g',
          resumeAt: async (_, assigned) => {
            if (assigned === partition) history.push('assigned')
            return undefined
          },
          revoked: (_, taken) => {
            if (taken === partition) history.push('revoked')
          },
        })
        await vi.waitFor(() => expect(first.records).toHaveLength(2))
        const second = await consume(await open(), { group: 'g' })
        await vi.waitFor(() => expect(history[1]).toBe('revoked'))
        expect((first.batches[0] as Batch).isStale()).toBe(true)
        await (first.batches[0] as Batch).commit(2)
        await vi.waitFor(() => expect(second.asked).toHaveLength(4))
        expect(defined(await log().committed('ratings', 'g'))).toEqual([])
        await second.close()
        await vi.waitFor(() => expect(history.slice(-2)).toEqual(['revoked', 'assigned']))
        await vi.waitFor(() => expect(first.records.at(-1)?.offset).toBe(1))
      })
    })
  }
}

/** Reads all of `ratings` in group 'g', and commits it. */
async function commitAll(log: EventLog): Promise<void> {
  const { close } = await consume(log, {
    group: 'g',
    handle: (batch) => batch.commit((batch.records.at(-1) as LogRecord).offset + 1),
  })
  const total = sum(await log.ends('ratings'))
  await vi.waitFor(async () => expect(sum(defined(await log.committed('ratings', 'g')))).toBe(total))
  await close()
}

function keysOnTwoPartitions(log: EventLog): [string, string] {
  const other = Array.from({ length: 100 }, (_, n) => `u${n}`).find(
    (key) => log.partitionOf('ratings', key) !== log.partitionOf('ratings', 'u0'),
  )
  return ['u0', other as string]
}
