import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMetrics } from '../infra/metrics.ts'
import type { GroupLag } from './context.ts'
import { openTestGateway, type TestGateway } from './gateway.fixture.ts'

const MINUTE_MS = 60_000

describe('live figures', () => {
  const metrics = createMetrics()
  let lags: readonly GroupLag[] | Error = []
  let loading: string | undefined
  let gateway: TestGateway
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    metrics.freshnessSeconds.reset()
    gateway = await openTestGateway({
      metrics,
      loading: () => loading,
      lag: async () => {
        if (lags instanceof Error) throw lags
        return lags
      },
    })
  })
  afterEach(async () => {
    await gateway.stop()
    vi.useRealTimers()
  })

  const ask = async () => (await gateway.get('/v1/analytics/live')).body
  const foldIn = (seconds: number, times: number): void => {
    for (let n = 0; n < times; n++) metrics.freshnessSeconds.observe(seconds)
  }
  const behindBy = (records: number): void => {
    const partitions = [0, 1].map((partition) => ({ partition, lag: records / 2 }))
    lags = [
      { group: 'sink', topic: 'ratings', partitions },
      { group: 'updater', topic: 'ratings', partitions: [{ partition: 0, lag: 1 }] },
      // Whoever asks for lists waits for none of these.
      { group: 'analytics', topic: 'served', partitions: [{ partition: 0, lag: 1_000 }] },
    ]
  }

  it('tell how soon 99 of 100 batches of ratings are in the user state, and how far the slowest consumer is behind', async () => {
    behindBy(6)
    foldIn(0.004, 98)
    foldIn(0.15, 2)
    // Half of the two between 0.1 and 0.2 s are below it.
    expect(await ask()).toMatchObject({
      freshness: { p99Seconds: expect.closeTo(0.15, 6), batches: 100 },
      lag: { records: 6 },
    })
  })

  it('tell the hour before beside the last one, and its minutes', async () => {
    behindBy(8)
    foldIn(0.15, 30)
    await vi.advanceTimersByTimeAsync(MINUTE_MS)
    behindBy(4)
    await vi.advanceTimersByTimeAsync(59 * MINUTE_MS)
    foldIn(0.0015, 10)
    expect(await ask()).toMatchObject({
      freshness: { p99Seconds: expect.closeTo(0.002, 4), p99SecondsBefore: expect.closeTo(0.199, 3), batches: 10 },
      lag: { records: 4, recordsBefore: 8 },
    })
    const { minutes } = (await ask()) as { minutes: { lag?: number; p99Seconds?: number }[] }
    expect(minutes).toHaveLength(61)
    expect(minutes.at(-2)).toEqual({ at: expect.any(String), lag: 4 })
    expect(minutes.at(-1)).toMatchObject({ lag: 4, p99Seconds: expect.closeTo(0.002, 4) })
  })

  it('set nothing beside a few batches', async () => {
    foldIn(0.15, 29)
    await vi.advanceTimersByTimeAsync(60 * MINUTE_MS)
    foldIn(0.0015, 40)
    const { freshness } = (await ask()) as { freshness: object }
    expect(freshness).toEqual({ p99Seconds: expect.any(Number), batches: 40 })
  })

  it('tell what ClickHouse has of other processes, where this one has folded nothing in', async () => {
    const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * MINUTE_MS).toISOString()
    const row = (minutesAgo: number, p99: number) => ({ time: at(minutesAgo), p50: 0.001, p99, batches: 4 })
    const run = vi.fn().mockResolvedValue({ rows: [row(70, 9), row(30, 0.5), row(2, 0.25)] })
    const apart = await openTestGateway({ metrics, lag: async () => [], analytics: { run } as never })
    const known = (await apart.get('/v1/analytics/live')).body
    expect(known).toMatchObject({ freshness: { p99Seconds: 0.5, batches: 8 } })
    await apart.stop()
  })

  it('name the dataset that is being loaded, while it is', async () => {
    loading = 'ml-latest-small'
    expect(await ask()).toMatchObject({ loading })
    loading = undefined
    expect(await ask()).not.toHaveProperty('loading')
  })

  it('leave out what is not known', async () => {
    lags = new Error('the log does not answer')
    const known = { at: expect.any(String) }
    expect(await ask()).toEqual({ ...known, freshness: { batches: 0 }, lag: {}, minutes: [known] })
  })
})
