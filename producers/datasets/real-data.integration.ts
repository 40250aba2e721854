import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDataset } from './open.ts'
import { faultsOf, linesOf, valuesOf } from './read.fixture.ts'
import { zip } from './zip.fixture.ts'

const DATASETS = process.env.DATASETS_DIR ?? join(import.meta.dirname, '../../../shared/data')
const movieLens = join(DATASETS, 'ml-latest-small')
const movieTweetings = join(DATASETS, 'movietweetings')

describe.skipIf(!existsSync(movieLens))('ml-latest-small', () => {
  it('is read whole', async () => {
    const dataset = await openDataset(movieLens, 0)
    const [ratings, items] = [await linesOf(dataset.ratings()), await linesOf(dataset.items())]
    expect([...faultsOf(ratings), ...faultsOf(items)]).toEqual([])
    expect(ratings).toHaveLength(100_836)
    expect(items).toHaveLength(9_742)
    expect(new Set(valuesOf(ratings).map(({ eventId }) => eventId)).size).toBe(100_836)
    expect(new Set(valuesOf(ratings).map(({ userId }) => userId)).size).toBe(610)
    expect(valuesOf(ratings)[0]).toMatchObject({ userId: '1', itemId: '1', value: 4, occurredAt: 964982703000 })
    expect(ratings.at(-1)).toMatchObject({ line: 100_837, value: { userId: '610', itemId: '170875', value: 3 } })
    const byId = new Map(valuesOf(items).map((item) => [item.itemId, item]))
    expect(byId.get('6')).toMatchObject({ title: 'Heat', year: 1995, genres: ['Action', 'Crime', 'Thriller'] })
    expect(byId.get('7789')).toMatchObject({ title: '11\'09"01 - September 11', year: 2002 })
    expect(byId.get('143410')).toMatchObject({ title: 'Hyena Road', year: null, genres: [] })
    expect([...byId.values()].filter(({ year }) => year === null)).toHaveLength(13)
    expect(byId.get('1')?.attributes).toEqual({ tmdbId: '862' })
    expect([...byId.values()].filter(({ attributes }) => attributes.tmdbId !== undefined)).toHaveLength(9_734)
  })

  it('gives the same events from a zip', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'foldstream-zip-'))
    try {
      const names = ['ratings.csv', 'movies.csv', 'links.csv']
      const files = names.map(async (name) => [`ml-latest-small/${name}`, await readFile(join(movieLens, name))])
      await writeFile(join(folder, 'ml-latest-small.zip'), zip(Object.fromEntries(await Promise.all(files))))
      const [a, b] = [await openDataset(join(folder, 'ml-latest-small.zip'), 0), await openDataset(movieLens, 0)]
      expect(a.fingerprint).toBe(b.fingerprint)
      expect(valuesOf(await linesOf(a.ratings()))).toEqual(valuesOf(await linesOf(b.ratings())))
      expect(valuesOf(await linesOf(a.items()))).toEqual(valuesOf(await linesOf(b.items())))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe.skipIf(!existsSync(movieTweetings))('MovieTweetings', () => {
  it('is read whole', async () => {
    const dataset = await openDataset(movieTweetings, 0)
    const [ratings, items] = [await linesOf(dataset.ratings()), await linesOf(dataset.items())]
    expect([...faultsOf(ratings), ...faultsOf(items)]).toEqual([])
    expect(dataset.scale).toEqual({ min: 0, max: 10, positiveFrom: 8 })
    expect(ratings).toHaveLength(141_695)
    expect(items).toHaveLength(12_611)
    expect(valuesOf(ratings)[0]).toMatchObject({ userId: '1', itemId: '0054890', value: 9, occurredAt: 1381945744000 })
    expect(valuesOf(items)[2]).toMatchObject({ itemId: '0002844', title: "Fantômas - À l'ombre de la guillotine" })
    expect(valuesOf(items)[2]).toMatchObject({ year: 1913, genres: ['Crime', 'Drama'] })
  })
})
