import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDataset } from '../datasets/open.ts'
import type { Exploration } from './exploration.ts'
import { explore } from './explore.ts'

const NOW = Date.UTC(2026, 0, 1)
const STARS = { min: 0.5, max: 5, positiveFrom: 4 }
const RATINGS = 'userId,itemId,value,occurredAt'
const ITEMS = 'itemId,title,genres'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foldstream-explore-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function explored(files: Readonly<Record<string, readonly string[]>>): Promise<Exploration> {
  for (const [name, lines] of Object.entries(files)) await writeFile(join(folder, name), `${lines.join('\n')}\n`)
  return explore(await openDataset(folder, NOW), { scale: STARS, now: NOW })
}

const found = ({ suspicious }: Exploration, name: string) => suspicious.find((one) => one.name === name)
const rated = (lines: readonly string[]) => ({ 'ratings.csv': [RATINGS, ...lines] })

describe('suspicious lines', () => {
  it('are sorted by why an import would refuse them, with file, line and its reason', async () => {
    const exploration = await explored({
      'items.csv': [ITEMS, '1,Heat (1995),Action', '2,half'],
      ...rated([
        'a,1,4,100',
        'a,1,5.5,101',
        'a,1,3,-1',
        'a,1,3,2000000000',
        ',1,3,102',
        'a,1,much,103',
        'a,1',
        'b,1,3,104',
      ]),
    })
    const told = exploration.suspicious
      .filter(({ count }) => count > 0)
      .map(({ name, examples }) => [name, ...examples.map(({ file, line, reason }) => `${file}:${line} ${reason}`)])
    expect(told).toEqual([
      [
        'unreadable',
        'items.csv:3 2 fields where the header has 3',
        "ratings.csv:7 value 'much' is not a number",
        'ratings.csv:8 2 fields where the header has 4',
      ],
      ['outside-scale', 'ratings.csv:3 value: expected a number from 0.5 to 5'],
      ['before-1970', 'ratings.csv:4 occurredAt: expected a time from 1970 to 2299, in ms or ISO 8601'],
      ['in-the-future', 'ratings.csv:5 occurredAt: lies more than 5 minutes ahead'],
      ['invalid', 'ratings.csv:6 userId: is empty'],
    ])
    // Two ratings are left, and every value that could be read.
    expect(exploration.counts).toMatchObject({ users: 2, items: 1, ratings: 2, rejected: 7, meanValue: 3.5 })
    expect(exploration.values.map(({ from, ratings, isOutsideScale }) => [from, ratings, isOutsideScale])).toEqual([
      [3, 4, false],
      [4, 1, false],
      [5.5, 1, true],
    ])
  })

  it('are pairs that were rated again, with both lines, whatever stands between', async () => {
    const exploration = await explored(rated(['a,1,4,100', 'b,1,4,100', 'bad', 'a,2,4,101', 'a,1,5,102', 'a,1,5,103']))
    expect(found(exploration, 'repeated-pairs')).toMatchObject({
      count: 2,
      examples: [
        { user: 'a', item: '1', line: 'ratings.csv:6', before: 'ratings.csv:2' },
        { user: 'a', item: '1', line: 'ratings.csv:7', before: 'ratings.csv:2' },
      ],
    })
    // 3 pairs of 2 users and 2 items.
    expect(exploration.counts.density).toBe(3 / 4)
  })

  it('are users who rate a hundred items in a second, and seconds that hold much of the data', async () => {
    const robot = Array.from({ length: 100 }, (_, n) => `robot,${n},3,1000`)
    const slow = Array.from({ length: 200 }, (_, n) => `slow,${n},3,${2000 + n}`)
    const almost = Array.from({ length: 99 }, (_, n) => `almost,${n},3,5000`)
    const exploration = await explored(rated([...robot, ...slow, ...almost, 'else,1,3,1000']))
    const time = '1970-01-01T00:16:40Z'
    expect(found(exploration, 'bursts')).toMatchObject({
      count: 1,
      examples: [{ user: 'robot', time, 'in that second': 100, 'in all': 100 }],
    })
    expect(found(exploration, 'one-instant')?.examples).toEqual([
      { time, ratings: 101, users: 2 },
      { time: '1970-01-01T01:23:20Z', ratings: 99, users: 1 },
    ])
  })

  it('are items outside of the catalogue, items described again, and titles that several have', async () => {
    const items = [
      '1,Heat (1995),Action',
      '2,HEAT  (1995),Crime',
      '3,Heat (1972),Drama',
      '4,Ronin,Action',
      '4,Ronin (1998),Crime',
    ]
    const exploration = await explored({
      'items.csv': [ITEMS, ...items],
      ...rated(['a,1,4,100', 'a,9,4,100', 'a,8,2,100', 'b,8,4,100']),
    })
    expect(found(exploration, 'not-in-catalogue')).toMatchObject({
      count: 2,
      examples: [
        { item: '8', ratings: 2 },
        { item: '9', ratings: 1 },
      ],
    })
    expect(found(exploration, 'same-title')?.examples).toEqual([{ title: 'Heat (1995)', items: '1, 2' }])
    expect(found(exploration, 'described-again')?.examples).toEqual([{ item: '4', times: 2 }])
    // What was said last of item 4 counts.
    expect(exploration.genres.map(({ genre, items: ofGenre }) => [genre, ofGenre])).toEqual([
      ['Action', 1],
      ['Crime', 2],
      ['Drama', 1],
    ])
    expect(exploration.counts).toMatchObject({ items: 3, described: 4, unrated: 3 })
  })

  it('are none where there is no catalogue to miss anything in', async () => {
    const exploration = await explored(rated(['a,1,4,100', 'b,2,4,200']))
    expect(exploration.suspicious.filter(({ count }) => count > 0)).toEqual([])
    expect(exploration.genres).toEqual([])
  })
})

describe('activity', () => {
  const at = (...times: string[]) => rated(times.map((time, n) => `a,${n},4,${time}`))

  it.each([
    ['hour', ['2025-01-01T10:59:59', '2025-01-01T13:00:00'], [1, 0, 0, 1]],
    ['day', ['2025-02-27', '2025-02-28', '2025-03-03'], [1, 1, 0, 0, 1]],
    // A Sunday, and the Monday after.
    ['week', ['2025-01-05', '2025-01-06', '2025-05-11'], [1, 1, ...new Array(16).fill(0), 1]],
    ['month', ['2020-01-31', '2020-02-29', '2023-01-01'], [1, 1, ...new Array(34).fill(0), 1]],
    ['year', ['1970-01-01', '2020-12-31'], [1, ...new Array(49).fill(0), 1]],
  ])('is told by the %s where that fits', async (unit, times, ratings) => {
    const { activity } = await explored(at(...times))
    expect(activity.unit).toBe(unit)
    expect(activity.bars.map((bar) => bar.ratings)).toEqual(ratings)
    const [first] = activity.bars
    expect(Date.parse(first?.from ?? '')).toBeLessThanOrEqual(
      Date.parse(`${times[0]}${times[0]?.includes('T') ? 'Z' : ''}`),
    )
  })
})

it('shows measures as ranges, however many different ones there are', async () => {
  const lines = Array.from({ length: 9_000 }, (_, n) => `u${n % 7},${n},${0.5 + (4.5 * n) / 9_000},${1e9 + n * 60}`)
  const { values } = await explored(rated(lines))
  expect(values).toHaveLength(20)
  expect(values.reduce((total, { ratings }) => total + ratings, 0)).toBe(9_000)
  for (const { ratings } of values) expect(Math.abs(ratings - 450)).toBeLessThan(30)
})

it('counts values that no scale could hold', async () => {
  const lines = Array.from({ length: 5_000 }, (_, n) => `a,${n},${n % 2 === 0 ? '' : '-'}1.${10_000 + n}e308,1000`)
  const { values } = await explored(rated(lines))
  expect(values).toHaveLength(20)
  expect(values.reduce((total, { ratings }) => total + ratings, 0)).toBe(5_000)
  for (const { from, to } of values) expect([from, to].every(Number.isFinite)).toBe(true)
})

it('stops where it is told to', async () => {
  await writeFile(join(folder, 'ratings.csv'), `${RATINGS}\na,1,4,100\n`)
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(explore(await openDataset(folder, NOW), { scale: STARS, now: NOW, signal })).rejects.toThrow('enough')
})

it('refuses a dataset without a single line', async () => {
  await expect(explored(rated([]))).rejects.toThrow(/holds no line but headers/)
})
