import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openEmbeddedRatingStore } from './clickhouse.ts'
import type { RatingRow, RatingStore } from './port.ts'

const ROWS = 1_000_000
const BATCHES = [5_000, 100_000, 1_000_000]
const USERS = 50_000
const ITEMS = 20_000
const PARTITIONS = 8
const NANOSECONDS_PER_MILLISECOND = 1e6

/** Rows a second into ClickHouse in the process, and out of it again, and how long the event loop stood still meanwhile. */
export async function bench(report: (row: Record<string, string | number>) => void): Promise<void> {
  for (const size of BATCHES) {
    const folder = await mkdtemp(join(tmpdir(), 'foldstream-bench-'))
    const store = await openEmbeddedRatingStore(folder)
    try {
      const inserting = stopwatch()
      for (let first = 0; first < ROWS; first += size) {
        const rows = await generate(first, size)
        await inserting.time(() => store.insertRatings(rows))
      }
      report({ what: `insert by ${size}`, ...inserting.figures(ROWS) })

      const reading = stopwatch()
      const read = await reading.time(() => countLatest(store))
      report({ what: 'read the latest', ...reading.figures(read) })
    } finally {
      await store.close()
      await rm(folder, { recursive: true })
    }
  }
}

/** Adds up what is timed, and leaves out what happens in between. */
function stopwatch() {
  let milliseconds = 0
  let longestStallMs = 0
  return {
    async time<Result>(run: () => Promise<Result>): Promise<Result> {
      const delay = monitorEventLoopDelay({ resolution: 1 })
      delay.enable()
      const start = performance.now()
      const result = await run()
      milliseconds += performance.now() - start
      delay.disable()
      longestStallMs = Math.max(longestStallMs, Math.round(delay.max / NANOSECONDS_PER_MILLISECOND))
      return result
    },
    figures: (rows: number) => ({
      rows,
      seconds: Number((milliseconds / 1_000).toFixed(2)),
      rowsPerSecond: Math.round((rows / milliseconds) * 1_000),
      longestStallMs,
    }),
  }
}

async function countLatest(store: RatingStore): Promise<number> {
  let ratings = 0
  for await (const { users } of store.latestRatings(await store.watermark(PARTITIONS), ROWS)) ratings += users.length
  return ratings
}

/** In turns of the event loop, so that making the rows is not what stalls it. */
async function generate(first: number, size: number): Promise<RatingRow[]> {
  const rows: RatingRow[] = []
  for (let n = first; n < first + size; n++) {
    if (n % 1_000 === 0) await new Promise(setImmediate)
    rows.push({
      partition: n % PARTITIONS,
      offset: Math.floor(n / PARTITIONS),
      ingestedAt: 1_700_000_000_000 + n,
      event: {
        type: 'rating',
        eventId: randomUUID(),
        userId: `user-${n % USERS}`,
        itemId: `item-${(n * 7_919 + Math.floor(n / USERS)) % ITEMS}`,
        value: (n % 10) / 2 + 0.5,
        occurredAt: 1_600_000_000_000 + n,
        recommendationId: null,
      },
    })
  }
  return rows
}
