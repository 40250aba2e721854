import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readConfig } from './config/read.ts'
import type { DataFolder } from './data-folder.ts'
import { firstDataset } from './first-dataset.ts'
import { testFolder } from './system.fixture.ts'

it('does not look for a dataset that is loaded already, which may be nowhere any more', async () => {
  const { config } = readConfig(['--dataset', 'ml-20m'], {})
  const dataset = () => ({ name: 'ml-20m', fingerprint: 'f', complete: true })
  expect(await firstDataset(config, { dataset } as Partial<DataFolder> as DataFolder)).toBeUndefined()
})

it('takes a scale that is asked for where the ratings of a known name lie within it, and of a path any', async () => {
  const DATASETS_DIR = await testFolder()
  await mkdir(join(DATASETS_DIR, 'ml-1m'))
  const ratings = join(DATASETS_DIR, 'ml-1m', 'ratings.dat')
  await writeFile(ratings, '1::1193::5::978300760\n')
  const first = (dataset: string, RATING_SCALE: string) =>
    firstDataset(readConfig(['--dataset', dataset], { DATASETS_DIR, RATING_SCALE }).config, undefined)
  expect(await first('ml-1m', '1-5')).toMatchObject({ name: 'ml-1m' })
  expect(await first('ml-1m', '0-10')).toMatchObject({ name: 'ml-1m' })
  expect(await first(ratings, '2-4')).toMatchObject({ name: 'ratings' })
  await expect(first('ml-1m', '2-5')).rejects.toThrow('of ml-1m, which go from 1 to 5')
  await expect(first('ml-1m', '1-4')).rejects.toThrow('RATING_SCALE=1-4')
})
