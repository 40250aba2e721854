import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openEmbeddedLog } from '../infra/event-log/embedded.ts'
import type { Batch, EventLog, Subscription } from '../infra/event-log/port.ts'
import { silent } from '../infra/logging.ts'
import { createMetrics } from '../infra/metrics.ts'
import { type Consumer, type Consuming, consume, RewindError, type Slice } from './consume.ts'
import { append, newFolder, rated, removeFolders, STARS, usersOn } from './events.fixture.ts'

const GROUP = 'readers'
const NEVER_MS = 60_000
const metrics = createMetrics()

let log: EventLog
const opened: { close(): Promise<void> }[] = []
beforeEach(async () => {
  log = await openEmbeddedLog(await newFolder(), STARS)
  opened.push(log)
})
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close()
})
afterAll(removeFolders)

async function start(consumer: Partial<Consumer>, on: EventLog = log): Promise<Consuming> {
  const defaults = { group: GROUP, topics: ['ratings'], maxRecords: 1, maxAgeMs: 0 } as const
  const neither = { resumeAt: async () => undefined, revoked: () => {}, effect: async () => {} }
  const consuming = await consume(on, { ...defaults, ...neither, ...consumer }, { logger: silent, metrics })
  opened.push(consuming)
  return consuming
}

/** Keeps what every effect was given, as "partition/offset". */
function ledger() {
  const effects: string[][] = []
  const note = (slices: readonly Slice[]): void => {
    effects.push(slices.flatMap(({ partition, records }) => records.map(({ offset }) => `${partition}/${offset}`)))
  }
  return { effects, note }
}

/** So many ratings of one user. */
const ratings = (userId: string, count: number) =>
  Array.from({ length: count }, (_, n) => rated(userId, `item-${n}`, 4))

/** What `ratings` of a user on partition 0 are in the ledger. */
const places = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `0/${from + n}`)

const committed = async (partition = 0) => (await log.committed('ratings', GROUP))[partition]
const user = () => usersOn(log, 0, 1)[0] as string

describe('gathering', () => {
  it('waits for enough records', async () => {
    const { effects, note } = ledger()
    const { counted, handled } = counting()
    await start({ maxRecords: 5, maxAgeMs: NEVER_MS, effect: async (slices) => note(slices) }, counted)
    await append(log, ...ratings(user(), 2))
    await append(log, ...ratings(user(), 2))
    await vi.waitFor(() => expect(handled()).toBe(4))
    expect(effects).toEqual([])
    await append(log, ...ratings(user(), 3))
    await vi.waitFor(() => expect(effects).toEqual([places(0, 7)]))
  })

  it('waits no longer than the oldest record may', async () => {
    const { effects, note } = ledger()
    await start({ maxRecords: 1000, maxAgeMs: 20, effect: async (slices) => note(slices) })
    await append(log, ...ratings(user(), 2))
    await vi.waitFor(() => expect(effects).toEqual([places(0, 2)]))
  })

  it('gives one slice a partition', async () => {
    const users = [0, 1].map((partition) => usersOn(log, partition, 1)[0] as string)
    const shapes: [number, number][][] = []
    await start({
      maxRecords: 8,
      maxAgeMs: NEVER_MS,
      effect: async (slices) => void shapes.push(slices.map(({ partition, records }) => [partition, records.length])),
    })
    for (let n = 0; n < 4; n++) await append(log, ...users.map((userId) => rated(userId, `item-${n}`, 4)))
    await vi.waitFor(() =>
      expect(shapes.map((shape) => shape.sort())).toEqual([
        [
          [0, 4],
          [1, 4],
        ],
      ]),
    )
  })

  it('does not let one partition wait for another where nothing is gathered', async () => {
    const [slow, fast] = [0, 1].map((partition) => usersOn(log, partition, 1)[0] as string) as [string, string]
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const done: number[] = []
    await start({
      async effect([slice]) {
        if (slice?.partition === 0) await gate
        done.push(slice?.partition as number)
      },
    })
    await append(log, rated(slow, 'item', 4))
    await append(log, rated(fast, 'item', 4))
    await vi.waitFor(() => expect(done).toEqual([1]))
    open()
    await vi.waitFor(() => expect(done).toEqual([1, 0]))
  })
})

describe('an effect', () => {
  it('comes before its commit', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const effect = vi.fn(() => gate)
    await start({ effect })
    await append(log, ...ratings(user(), 3))
    await vi.waitFor(() => expect(effect).toHaveBeenCalled())
    expect(await committed()).toBeUndefined()
    open()
    await vi.waitFor(async () => expect(await committed()).toBe(3))
  })

  it('is tried again with the same records until it succeeds, and nothing is committed meanwhile', async () => {
    const { effects, note } = ledger()
    let isDown = true
    const consuming = await start({
      async effect(slices) {
        note(slices)
        if (isDown) throw new Error('the store is down')
      },
    })
    await append(log, ...ratings(user(), 2))
    await vi.waitFor(() => expect(effects.length).toBeGreaterThan(2))
    expect(consuming.trouble()).toMatchObject({ message: 'the store is down' })
    expect(await committed()).toBeUndefined()
    isDown = false
    await vi.waitFor(async () => expect(await committed()).toBe(2))
    expect(new Set(effects.map(String))).toEqual(new Set([String(places(0, 2))]))
    expect(consuming.trouble()).toBeUndefined()
  })

  it('that fails is no trouble any more once another one has its partition, and goes on failing only for itself', async () => {
    const { subscription, scripted } = scriptedLog()
    const consuming = await start(
      {
        async effect([slice]) {
          if (slice?.partition === 0) throw new Error('partition 0 is poisoned')
        },
      },
      scripted,
    )
    let isStale = false
    const failing = subscription().handle(batch(0, 0, 1, { isStale: () => isStale }))
    await vi.waitFor(() => expect(consuming.trouble()).toBeDefined())
    await subscription().handle(batch(1, 0, 1))
    expect(consuming.trouble()).toMatchObject({ message: 'partition 0 is poisoned' })
    isStale = true
    await failing
    expect(consuming.trouble()).toBeUndefined()
  })

  it('is tried again although the membership does not answer', async () => {
    const { subscription, scripted } = scriptedLog()
    let calls = 0
    await start(
      {
        maxAgeMs: 1,
        async effect() {
          if (calls++ === 0) throw new Error('once')
        },
      },
      scripted,
    )
    const heartbeat = async (): Promise<void> => {
      throw new Error('rebalancing')
    }
    await subscription().handle(batch(0, 0, 1, { heartbeat }))
    await vi.waitFor(() => expect(calls).toBe(2))
    await subscription().handle(batch(0, 1, 1))
    await vi.waitFor(() => expect(calls).toBe(3))
  })

  it('lets one more buffer fill behind it, and then no more', async () => {
    const { subscription, scripted } = scriptedLog()
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    await start({ maxRecords: 2, maxAgeMs: NEVER_MS, effect: () => gate }, scripted)
    await subscription().handle(batch(0, 0, 2))
    const full = vi.fn()
    const waiting = subscription()
      .handle(batch(0, 2, 2))
      .then(full)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(full).not.toHaveBeenCalled()
    open()
    await waiting
  })
})

describe('a rewind', () => {
  it('reads again from where the store stands, and drops what was waiting', async () => {
    const { effects, note } = ledger()
    let stands = 0
    const { counted, handled } = counting()
    const consuming = await start(
      { maxRecords: 5, maxAgeMs: NEVER_MS, resumeAt: async () => stands, effect: async (slices) => note(slices) },
      counted,
    )
    await append(log, ...ratings(user(), 4))
    await vi.waitFor(() => expect(handled()).toBe(4))
    stands = 2
    consuming.rewind('the store was restarted')
    await append(log, ...ratings(user(), 3))
    await vi.waitFor(() => expect(effects).toEqual([places(2, 7)]))
  })

  it('that an effect asks for brings the same records again', async () => {
    const { effects, note } = ledger()
    const revoked: number[] = []
    let isBack = false
    await start({
      resumeAt: async () => 0,
      revoked: (_, partition) => void revoked.push(partition),
      async effect(slices) {
        if (!isBack) {
          isBack = true
          throw new RewindError('the store went back')
        }
        note(slices)
      },
    })
    await append(log, ...ratings(user(), 3))
    await vi.waitFor(() => expect(effects.flat()).toEqual(places(0, 3)))
    await vi.waitFor(async () => expect(await committed()).toBe(3))
    expect(revoked).toContain(0)
  })

  it('is not forgotten while a subscription is being made', async () => {
    await append(log, ...ratings(user(), 3))
    const { effects, note } = ledger()
    let rewinds = 0
    let subscriptions = 0
    // The first batch comes, and fails, before `subscribe` has answered.
    const slow: EventLog = {
      ...log,
      async subscribe(subscription) {
        const made = await log.subscribe(subscription)
        subscriptions++
        await vi.waitFor(() => expect(rewinds).toBeGreaterThanOrEqual(Math.min(subscriptions, 3)))
        return made
      },
    }
    await start(
      {
        resumeAt: async () => 0,
        async effect(slices) {
          if (rewinds++ < 3) throw new RewindError('again')
          note(slices)
        },
      },
      slow,
    )
    await vi.waitFor(() => expect(effects).toEqual([places(0, 3)]))
    expect(subscriptions).toBe(4)
  })

  it('is trouble while the log does not answer', async () => {
    let isDown = false
    const flaky: EventLog = {
      ...log,
      async subscribe(subscription) {
        if (isDown) throw new Error('no log')
        return log.subscribe(subscription)
      },
    }
    const { effects, note } = ledger()
    const consuming = await start({ resumeAt: async () => 0, effect: async (slices) => note(slices) }, flaky)
    isDown = true
    consuming.rewind('the store was restarted')
    await vi.waitFor(() => expect(consuming.trouble()).toMatchObject({ message: 'no log' }))
    isDown = false
    await append(log, ...ratings(user(), 1))
    await vi.waitFor(() => expect(effects.flat()).toEqual(places(0, 1)))
    expect(consuming.trouble()).toBeUndefined()
  })
})

describe('a close', () => {
  it('finishes what is buffered, and commits it', async () => {
    const { effects, note } = ledger()
    const { counted, handled } = counting()
    const consumer = { maxRecords: 100, maxAgeMs: NEVER_MS, effect: async (slices: readonly Slice[]) => note(slices) }
    const consuming = await start(consumer, counted)
    await append(log, ...ratings(user(), 3))
    await vi.waitFor(() => expect(handled()).toBe(3))
    await consuming.close()
    expect(effects).toEqual([places(0, 3)])
    expect(await committed()).toBe(3)
    await append(log, ...ratings(user(), 1))
    const again = ledger()
    await start({ effect: async (slices) => again.note(slices) })
    await vi.waitFor(() => expect(again.effects).toEqual([places(3, 4)]))
  })

  it('does not wait for a store that is down, and leaves its records to the next one', async () => {
    const consuming = await start({
      async effect() {
        throw new Error('down')
      },
    })
    await append(log, ...ratings(user(), 2))
    await vi.waitFor(() => expect(consuming.trouble()).toBeDefined())
    await consuming.close()
    const { effects, note } = ledger()
    await start({ effect: async (slices) => note(slices) })
    await vi.waitFor(() => expect(effects).toEqual([places(0, 2)]))
  })
})

it('drops from the buffer what is revoked, and nothing else', async () => {
  const { subscription, scripted } = scriptedLog()
  const { effects, note } = ledger()
  const revoked = vi.fn()
  const consuming = await start(
    { maxRecords: 100, maxAgeMs: NEVER_MS, revoked, effect: async (slices) => note(slices) },
    scripted,
  )
  await subscription().handle(batch(0, 0, 2))
  await subscription().handle(batch(1, 0, 2))
  subscription().revoked('ratings', 1)
  expect(revoked).toHaveBeenCalledExactlyOnceWith('ratings', 1)
  await consuming.close()
  expect(effects).toEqual([places(0, 2)])
})

/** The log, and how many records of it the loop has taken. */
function counting(): { counted: EventLog; handled: () => number } {
  let handled = 0
  const counted: EventLog = {
    ...log,
    subscribe: ({ handle, ...subscription }) =>
      log.subscribe({
        ...subscription,
        async handle(batch) {
          await handle(batch)
          handled += batch.records.length
        },
      }),
  }
  return { counted, handled: () => handled }
}

/** A log whose batches and revocations come from the test: one process alone sees no rebalance. */
function scriptedLog(): { subscription: () => Subscription; scripted: EventLog } {
  let handed: Subscription | undefined
  const scripted: EventLog = {
    ...log,
    async subscribe(subscription) {
      handed = subscription
      return { close: async () => {} }
    },
  }
  return { subscription: () => handed as Subscription, scripted }
}

function batch(partition: number, from: number, count: number, rest: Partial<Batch> = {}): Batch {
  const records = Array.from({ length: count }, (_, n) => {
    return { partition, offset: from + n, appendedAt: 0, key: 'user', value: null, headers: {} }
  })
  const member = { isStale: () => false, heartbeat: async () => {}, commit: async () => {} }
  return { topic: 'ratings', partition, records, ...member, ...rest }
}
