import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEmbeddedLog } from '../infra/event-log/embedded.ts'
import type { Item, RatingEvent } from '../models/events/types.ts'
import { openDataset } from './datasets/open.ts'
import { type ImportOptions, type ImportProgress, importDataset } from './import.ts'
import { logPublisher, type Publisher } from './publisher.ts'

const NOW = Date.UTC(2026, 0, 1)
const MOVIES = 'movieId,title,genres\n1,Heat (1995),Action|Crime\n2,"Matrix, The (1999)",Sci-Fi\n'
const ROWS = 40_000
const BIG = `userId,movieId,rating,timestamp\n${Array.from(
  { length: ROWS },
  (_, n) => `${1 + (n % 500)},${1 + Math.floor(n / 500)},4.0,${1_500_000_000 + n}\n`,
).join('')}`

let folder: string
let options: ImportOptions

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foldstream-import-'))
  options = {
    scale: { min: 0.5, max: 5, positiveFrom: 4 },
    target: 'log-1',
    checkpointFile: join(folder, 'checkpoint.json'),
    rejectsFile: join(folder, 'rejects.ndjson'),
    now: () => NOW,
  }
})
afterEach(() => rm(folder, { recursive: true }))

async function dataset(files: Record<string, string>) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return openDataset(folder, NOW)
}

/** Keeps what it is given; at the n-th batch of ratings something happens first. */
function keeper(at = Number.POSITIVE_INFINITY, happen: () => void = () => {}) {
  const items: Item[] = []
  const batches: (readonly RatingEvent[])[] = []
  const publisher: Publisher = {
    async items(published) {
      items.push(...published)
    },
    async ratings(events) {
      if (batches.length + 1 === at) happen()
      batches.push(events)
    },
  }
  return { publisher, items, batches, ratings: () => batches.flat() }
}

const rejectsOf = async (): Promise<unknown[]> =>
  (await readFile(options.rejectsFile, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('importDataset', () => {
  it('publishes items, then ratings, in the order of the file, and says how far it is', async () => {
    const { publisher, items, ratings } = keeper()
    const progress: ImportProgress[] = []
    const onProgress = (step: ImportProgress): void => void progress.push(step)
    const data = await dataset({ 'movies.csv': MOVIES, 'ratings.csv': BIG })
    const result = await importDataset(data, publisher, { ...options, onProgress })
    expect(result).toEqual({ items: 2, ratings: ROWS, rejected: 0, resumed: false, complete: true })
    expect(items.map(({ title }) => title)).toEqual(['Heat', 'Matrix, The'])
    expect(ratings().map(({ occurredAt }) => occurredAt)).toEqual(
      Array.from({ length: ROWS }, (_, n) => 1000 * (1_500_000_000 + n)),
    )
    expect(progress.at(-1)).toEqual({
      doneBytes: data.bytes,
      totalBytes: data.bytes,
      items: 2,
      ratings: ROWS,
      rejected: 0,
    })
    expect(progress.map(({ doneBytes }) => doneBytes)).toEqual(
      progress.map(({ doneBytes }) => doneBytes).sort((a, b) => a - b),
    )
  })

  it('puts bad lines aside with number, reason and text, and takes the others', async () => {
    const lines = [
      'userId,movieId,rating,timestamp',
      '1,1,4.0,1500000000',
      '1,2,9.0,1500000000',
      ',2,4.0,1500000000',
      '1,popular,4.0,1500000000',
      '1,2,4.0,99999999999',
      '1,2,four,1500000000',
      '1,2,4.0',
      '',
      '1,2,4.0,yesterday',
      '2,1,3.5,1500000000',
    ]
    const { publisher, ratings } = keeper()
    const result = await importDataset(await dataset({ 'ratings.csv': lines.join('\n') }), publisher, options)
    expect(result).toMatchObject({ ratings: 2, rejected: 7, complete: true })
    expect(ratings().map(({ userId }) => userId)).toEqual(['1', '2'])
    const reject = (line: number, reason: unknown) => ({ file: 'ratings.csv', line, reason, text: lines[line - 1] })
    expect(await rejectsOf()).toEqual([
      reject(3, expect.stringContaining('value: ')),
      reject(4, expect.stringContaining('userId: ')),
      reject(5, expect.stringContaining('itemId: ')),
      reject(6, expect.stringContaining('occurredAt: ')),
      reject(7, "value 'four' is not a number"),
      reject(8, '3 fields where the header has 4'),
      reject(10, expect.stringContaining("time 'yesterday'")),
    ])
  })

  it('refuses a dataset of which not one line is good, naming the first', async () => {
    const data = await dataset({ 'ratings.csv': 'userId,movieId,rating,timestamp\n1,1,40,1\n1,2,50,1\n' })
    const failure = importDataset(data, keeper().publisher, options)
    await expect(failure).rejects.toThrow(/Not one of 2 ratings .* line 2 of ratings\.csv: value: /)
    await expect(failure).rejects.toMatchObject({ name: 'ConfigError' })
  })
})

describe('interrupted', () => {
  it('goes on after the lines that were acknowledged; every line is published at least once', async () => {
    const data = await dataset({ 'movies.csv': MOVIES, 'ratings.csv': BIG })
    const stop = new AbortController()
    const first = keeper(3, () => stop.abort())
    const stopped = await importDataset(data, first.publisher, { ...options, signal: stop.signal })
    expect(stopped).toMatchObject({ items: 2, ratings: first.ratings().length, complete: false })
    expect(first.ratings().length).toBeLessThan(ROWS)

    const second = keeper()
    const result = await importDataset(data, second.publisher, options)
    expect(result).toEqual({ items: 2, ratings: ROWS, rejected: 0, resumed: true, complete: true })
    expect(second.items).toEqual([])
    expect(first.ratings().length + second.ratings().length).toBe(ROWS)
    expect(new Set([...first.ratings(), ...second.ratings()].map(({ eventId }) => eventId)).size).toBe(ROWS)
  })

  it('goes on after a failure of the log, which it reports, and publishes the failed batch again', async () => {
    const data = await dataset({ 'ratings.csv': BIG })
    const fail = (): void => {
      throw new Error('the log is gone')
    }
    const first = keeper(3, fail)
    await expect(importDataset(data, first.publisher, options)).rejects.toThrow('the log is gone')
    const second = keeper()
    expect(await importDataset(data, second.publisher, options)).toMatchObject({ ratings: ROWS, resumed: true })
    expect(first.ratings().length + second.ratings().length).toBe(ROWS)
    expect(new Set([...first.ratings(), ...second.ratings()].map(({ eventId }) => eventId)).size).toBe(ROWS)
  })

  it('lists no reject twice, though the process died after writing some', async () => {
    const bad = `${BIG}x,y,z\n${'1,1,4.0,1500000000\n'.repeat(20_000)}a,b,c\n`
    const data = await dataset({
      'ratings.csv': BIG.replace('1,1,4.0,1500000000', 'first,bad') + bad.slice(BIG.length),
    })
    const stop = new AbortController()
    await importDataset(data, keeper(3, () => stop.abort()).publisher, { ...options, signal: stop.signal })
    await writeFile(options.rejectsFile, '{"written":"after the checkpoint"}\n', { flag: 'a' })
    await importDataset(data, keeper().publisher, options)
    expect(await rejectsOf()).toMatchObject([{ line: 2 }, { line: ROWS + 2 }, { line: ROWS + 20_003 }])
  })

  it.each<[string, (data: string) => Promise<unknown>, Partial<ImportOptions>]>([
    ['another log', async () => {}, { target: 'log-2' }],
    ['another scale', async () => {}, { scale: { min: 0, max: 10, positiveFrom: 8 } }],
    ['changed data', (path) => writeFile(path, `${BIG}1,1,4.0,1500000001\n`), {}],
    ['a checkpoint cut short', () => writeFile(options.checkpointFile, '{"complete":fal'), {}],
  ])('begins anew with %s', async (_, change, changed) => {
    const stop = new AbortController()
    const data = await dataset({ 'ratings.csv': BIG })
    await importDataset(data, keeper(2, () => stop.abort()).publisher, { ...options, signal: stop.signal })
    await change(join(folder, 'ratings.csv'))
    const again = await importDataset(await openDataset(folder, NOW), keeper().publisher, { ...options, ...changed })
    expect(again.resumed).toBe(false)
    expect(again.ratings).toBeGreaterThanOrEqual(ROWS)
  })
})

describe('into an embedded log', () => {
  it('gives the same events the second time', async () => {
    const data = await dataset({ 'movies.csv': MOVIES, 'ratings.csv': BIG })
    const log = await openEmbeddedLog(join(folder, 'log'), options.scale)
    try {
      const [first, second] = [
        await importDataset(data, logPublisher(log), options),
        await importDataset(data, logPublisher(log), options),
      ]
      expect(second).toEqual(first)
      const ends = await log.ends('ratings')
      expect(ends.reduce((a, b) => a + b)).toBe(2 * ROWS)
      const seen = new Map<string, number>()
      const tail = await log.tail('ratings', (records) => {
        for (const { value } of records) {
          const bytes = Buffer.from(value ?? []).toString('base64')
          seen.set(bytes, (seen.get(bytes) ?? 0) + 1)
        }
      })
      await tail.caughtUp
      await tail.close()
      expect(seen.size).toBe(ROWS)
      expect([...seen.values()].every((count) => count === 2)).toBe(true)
    } finally {
      await log.close()
    }
  })
})
