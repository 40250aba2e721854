import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Item, RatingEvent } from '../../models/events/types.ts'
import type { Line } from './dataset.ts'
import { openDataset } from './open.ts'
import { chunksOf, faultsOf, linesOf, valuesOf } from './read.fixture.ts'
import { zip } from './zip.fixture.ts'

const NOW = Date.UTC(2026, 0, 1)
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foldstream-datasets-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Writes files (with folders) below the test's folder. @returns the folder */
async function write(files: Record<string, string | Buffer>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return folder
}

const readRatings = async (path: string): Promise<Line<RatingEvent>[]> =>
  linesOf((await openDataset(path, NOW)).ratings())
const readItems = async (path: string): Promise<Line<Item>[]> => linesOf((await openDataset(path, NOW)).items())
const brief = ({ userId, itemId, value, occurredAt }: RatingEvent) => [userId, itemId, value, occurredAt]

const RATINGS_CSV = 'userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n1,1029,3.0,1260759179\n'
const MOVIES_CSV = 'movieId,title,genres\n6,Heat (1995),Action|Crime|Thriller\n'

describe('MovieLens csv', () => {
  it('reads ratings, with seconds as time and half stars as scale', async () => {
    const dataset = await openDataset(await write({ 'ratings.csv': RATINGS_CSV }), NOW)
    const ratings = valuesOf(await linesOf(dataset.ratings()))
    expect(ratings.map(brief)).toEqual([
      ['1', '31', 2.5, 1260759144000],
      ['1', '1029', 3, 1260759179000],
    ])
    expect(dataset.scale).toEqual({ min: 0.5, max: 5, positiveFrom: 4 })
    expect(dataset.bytes).toBe(RATINGS_CSV.length)
  })

  it('takes the year from the title, and genres apart', async () => {
    const movies = [
      'movieId,title,genres',
      '6,Heat (1995),Action|Crime|Thriller',
      '11,"American President, The (1995)",Comedy',
      '7789,"11\'09""01 - September 11 (2002)",Drama',
      '27008,From Dusk Till Dawn 2 (1999) ,(no genres listed)',
      '40697,Babylon 5,Sci-Fi',
      '5,(1995),Drama',
      '8,Amélie (Le fabuleux destin d’Amélie) (2001),Romance',
    ].join('\n')
    const items = valuesOf(await readItems(await write({ 'movies.csv': movies })))
    expect(items.map(({ itemId, title, year, genres }) => [itemId, title, year, genres])).toEqual([
      ['6', 'Heat', 1995, ['Action', 'Crime', 'Thriller']],
      ['11', 'American President, The', 1995, ['Comedy']],
      ['7789', '11\'09"01 - September 11', 2002, ['Drama']],
      ['27008', 'From Dusk Till Dawn 2', 1999, []],
      ['40697', 'Babylon 5', null, ['Sci-Fi']],
      ['5', '(1995)', 1995, ['Drama']],
      ['8', 'Amélie (Le fabuleux destin d’Amélie)', 2001, ['Romance']],
    ])
    expect(items[0]).toMatchObject({ type: 'item', poster: null, available: true, attributes: {}, updatedAt: NOW })
  })

  it('tells the numbers that links.csv has at The Movie Database, in a zip as well, and is the same dataset without', async () => {
    const movies = `${MOVIES_CSV}7,Sabrina (1995),Comedy\n8,Tom and Huck (1995),Adventure\n`
    const files = { 'ml/ratings.csv': RATINGS_CSV, 'ml/movies.csv': movies }
    const links = 'movieId,imdbId,tmdbId\r\n6,0113277,949\r\n7,0114319,\r\nbroken\r\n8,1,x\r\n'
    const without = await openDataset(await write(files), NOW)
    const zipped = join(folder, 'ml.zip')
    await write({ 'ml/links.csv': links, 'ml.zip': zip({ ...files, 'ml/links.csv': links }) })
    for (const path of [join(folder, 'ml'), zipped]) {
      const dataset = await openDataset(path, NOW)
      expect(dataset.fingerprint).toBe(without.fingerprint)
      const items = valuesOf(await linesOf(dataset.items()))
      expect(items.map(({ itemId, attributes }) => [itemId, attributes])).toEqual([
        ['6', { tmdbId: '949' }],
        ['7', {}],
        ['8', {}],
      ])
    }
    await write({ 'ml/links.csv': 'another file of this name\n6,1,949\n' })
    expect(valuesOf(await readItems(join(folder, 'ml')))[0]?.attributes).toEqual({})
  })

  it('reads a folder in a folder, and passes over what it does not know', async () => {
    const nested = { 'ml/ratings.csv': RATINGS_CSV, 'ml/movies.csv': MOVIES_CSV, 'ml/tags.csv': 'a', 'README.txt': 'b' }
    const path = await write(nested)
    expect(await readRatings(path)).toHaveLength(2)
    expect(await readItems(path)).toHaveLength(1)
  })

  it('reads the same events from a zip, with the same fingerprint', async () => {
    const files = { 'ml/ratings.csv': RATINGS_CSV, 'ml/movies.csv': MOVIES_CSV }
    await write({ ...files, 'ml.zip': zip({ ...files, '__MACOSX/ratings.csv': 'x' }) })
    const [packed, plain] = await Promise.all([
      openDataset(join(folder, 'ml.zip'), NOW),
      openDataset(join(folder, 'ml'), NOW),
    ])
    expect(await linesOf(packed.ratings())).toEqual(await linesOf(plain.ratings()))
    expect(await linesOf(packed.items())).toEqual(await linesOf(plain.items()))
    expect(packed).toMatchObject({ name: 'ml', fingerprint: plain.fingerprint, bytes: plain.bytes })
  })
})

describe('dat', () => {
  it('reads MovieLens’ double colons and Latin-1', async () => {
    const movies = Buffer.from(
      '73::Misérables, Les (1995)::Drama|Musical\n2::Star Wars :: A Film (1977)::Action\n',
      'latin1',
    )
    const path = await write({
      'ratings.dat': '1::1193::5::978300760\n',
      'movies.dat': movies,
      'users.dat': '1::F::1::10::48067\n',
    })
    const dataset = await openDataset(path, NOW)
    expect(valuesOf(await linesOf(dataset.ratings())).map(brief)).toEqual([['1', '1193', 5, 978300760000]])
    expect(valuesOf(await linesOf(dataset.items())).map(({ title }) => title)).toEqual([
      'Misérables, Les',
      'Star Wars :: A Film',
    ])
    expect(dataset.scale).toEqual({ min: 0.5, max: 5, positiveFrom: 4 })
  })

  it('knows MovieTweetings by its IMDb numbers, dates in its names', async () => {
    const path = await write({
      'ratings-2013-11-06.dat': '1::0054890::9::1381945744\n',
      'movies-2013-11-06.dat': '0002844::Fantômas (1913)::Crime|Drama\n0002845::Nameless (1914)::\n',
    })
    const dataset = await openDataset(path, NOW)
    expect(dataset.scale).toEqual({ min: 0, max: 10, positiveFrom: 8 })
    expect(valuesOf(await linesOf(dataset.ratings())).map(brief)).toEqual([['1', '0054890', 9, 1381945744000]])
    expect(valuesOf(await linesOf(dataset.items()))).toMatchObject([
      { itemId: '0002844', title: 'Fantômas', genres: ['Crime', 'Drama'] },
      { itemId: '0002845', genres: [] },
    ])
  })
})

describe('plain csv and ndjson', () => {
  it('reads our own columns in any order, of a file of any name', async () => {
    await write({ 'my ratings.csv': 'value,user_id,occurredAt,note,itemId\n7,"a,b",2024-05-01T10:00:00Z,hm,x\n' })
    const dataset = await openDataset(join(folder, 'my ratings.csv'), NOW)
    expect(valuesOf(await linesOf(dataset.ratings())).map(brief)).toEqual([['a,b', 'x', 7, Date.UTC(2024, 4, 1, 10)]])
    expect(dataset).toMatchObject({ name: 'my ratings', scale: undefined })
  })

  it('names the columns that it takes nothing from', async () => {
    await write({
      'ratings.csv': 'userId,itemId,"my_note",value,occurredAt,title\n',
      'items.csv': 'price,itemId,title,genres,year\n',
      'movies.csv': MOVIES_CSV,
    })
    const { passedOver } = await openDataset(folder, NOW)
    expect(new Set(passedOver)).toEqual(
      new Set([
        { file: 'ratings.csv', columns: ['my_note', 'title'] },
        { file: 'items.csv', columns: ['price'] },
      ]),
    )
  })

  it.each([
    ['1714557600', 'seconds'],
    ['1714557600000', 'ms'],
    ['2024-05-01T10:00:00.000Z', 'ISO 8601'],
    ['2024-05-01 10:00:00', 'ISO 8601 without a zone: UTC'],
    ['2024-05-01T12:00+02:00', 'ISO 8601 with a zone'],
    ['2024-05-01T12:00:00+0200', 'ISO 8601 with a zone and no colon'],
  ])('tells the time %s: %s', async (time) => {
    await write({ 'ratings.csv': `userId,itemId,value,occurredAt\nu,i,1,${time}\n` })
    expect(valuesOf(await readRatings(folder))[0]?.occurredAt).toBe(Date.UTC(2024, 4, 1, 10))
  })

  it('reads ndjson with our names and MovieLens’', async () => {
    const lines = [
      '{"userId":"a","itemId":"x","value":4,"occurredAt":"2024-05-01T10:00:00Z"}',
      '{"userId":1,"movieId":2,"rating":3.5,"timestamp":1714557600}',
      '{"userId":"a","itemId":"x","value":"4","occurredAt":0}',
      '[1]',
      '{"userId":"a",',
    ]
    await write({ 'ratings.ndjson': lines.join('\n') })
    const read = await readRatings(folder)
    const at = Date.UTC(2024, 4, 1, 10)
    expect(valuesOf(read).map(brief)).toEqual([
      ['a', 'x', 4, at],
      ['1', '2', 3.5, at],
    ])
    expect(faultsOf(read)).toEqual([
      [3, 'value is not a number'],
      [4, 'userId is neither a string nor a number'],
      [5, 'not a JSON object'],
    ])
  })

  it('takes any event of data without values as a positive', async () => {
    await write({ 'ratings.csv': 'userId,itemId,timestamp\nu,i,1714557600\n' })
    const dataset = await openDataset(folder, NOW)
    expect(valuesOf(await linesOf(dataset.ratings()))).toMatchObject([{ value: 1 }])
    expect(dataset.scale).toEqual({ min: 0, max: 1, positiveFrom: 1 })
  })
})

describe('lines', () => {
  it('reads a byte order mark, CRLF and a missing last newline', async () => {
    await write({ 'ratings.csv': '\uFEFFuserId,movieId,rating,timestamp\r\n1,2,3,4\r\n\r\n5,6,7,8' })
    const read = await readRatings(folder)
    expect(read.map(({ line, value }) => [line, value?.itemId, value?.occurredAt])).toEqual([
      [2, '2', 4000],
      [4, '6', 8000],
    ])
  })

  it('numbers bad lines as an editor does, and goes on after them', async () => {
    const text = [
      'movieId,title,genres',
      '1,"A quoted',
      '',
      'title (2001)",Drama',
      '2,"never closed (2002),Drama',
      '3,Fine (2003),Drama',
      '4,too,many,fields',
      '5,a "quote" inside (2005),Drama',
      '6,"Last, The (2006)",Drama',
    ].join('\n')
    await write({ 'movies.csv': text })
    const read = await readItems(folder)
    expect(valuesOf(read).map(({ itemId, title }) => [itemId, title])).toEqual([
      ['1', 'A quoted\n\ntitle'],
      ['3', 'Fine'],
      ['6', 'Last, The'],
    ])
    expect(faultsOf(read).map(([line]) => line)).toEqual([5, 7, 8])
    expect(read.find(({ line }) => line === 7)?.fault).toBe('4 fields where the header has 3')
  })

  it('gives up one line that is longer than any, in bounded memory', async () => {
    const long = 'x'.repeat(3 << 20)
    await write({ 'ratings.csv': `${RATINGS_CSV}${long}\n7,8,3,1260759144\n` })
    const read = await readRatings(folder)
    expect(faultsOf(read)).toEqual([[4, 'longer than 1048576 bytes']])
    expect(read.at(-1)).toMatchObject({ line: 5, value: { userId: '7' } })
  })

  it('goes on from every place it gave out, in a folder and in a zip', async () => {
    const rows = Array.from({ length: 30_000 }, (_, n) => `${n},${n % 7},4.5,${1_700_000_000 + n}`)
    const text = `userId,movieId,rating,timestamp\n${rows.join('\n')}\n`
    await write({ 'ml/ratings.csv': text, 'ml.zip': zip({ 'ratings.csv': text }) })
    for (const path of ['ml', 'ml.zip']) {
      const dataset = await openDataset(join(folder, path), NOW)
      const chunks = await chunksOf(dataset.ratings())
      expect(chunks.length).toBeGreaterThan(3)
      for (const [index, { file, end }] of chunks.entries()) {
        const rest = await chunksOf(dataset.ratings({ [file]: end }))
        expect(rest.flatMap(({ lines }) => lines)).toHaveLength(
          chunks.slice(index + 1).reduce((sum, { lines }) => sum + lines.length, 0),
        )
        expect(rest[0]?.lines[0]).toEqual(chunks[index + 1]?.lines[0])
      }
    }
  })
})

describe('what is no dataset', () => {
  it.each([
    ['an empty folder', { 'README.txt': 'hello' }, '', 'holds no dataset. Looked for'],
    ['several datasets', { 'a/ratings.csv': RATINGS_CSV, 'b/ratings.csv': RATINGS_CSV }, '', 'several datasets: a, b'],
    ['a csv without a header', { 'ratings.csv': '1,31,2.5,1260759144\n' }, '', "begins with '1,31,2.5,1260759144'"],
    ['tags', { 'tags.csv': 'userId,movieId,tag,timestamp\n' }, 'tags.csv', 'Looked for'],
    ['a text', { 'ratings.dat': 'hello\n' }, '', 'Looked for'],
    ['a file that is no zip', { 'ml.zip': 'PK nothing' }, 'ml.zip', 'not a zip that can be read'],
    ['a zip cut short', { 'ml.zip': zip({ 'ratings.csv': RATINGS_CSV }).subarray(0, 90) }, 'ml.zip', 'not a zip'],
    ['nothing at all', {}, 'nowhere', 'No dataset at'],
  ])('says what was looked for: %s', async (_, files, path, message) => {
    await write(files as Record<string, string | Buffer>)
    await expect(openDataset(join(folder, path), NOW)).rejects.toThrow(message)
  })
})
