import { expect, it } from 'vitest'
import { readConfig } from './config/read.ts'
import type { DataFolder } from './data-folder.ts'
import { firstDataset } from './first-dataset.ts'

it('does not look for a dataset that is loaded already, which may be nowhere any more', async () => {
  const { config } = readConfig(['--dataset', 'ml-20m'], {})
  const dataset = () => ({ name: 'ml-20m', fingerprint: 'f', complete: true })
  expect(await firstDataset(config, { dataset } as Partial<DataFolder> as DataFolder)).toBeUndefined()
})
