import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import type { RatingScale } from '../models/events/types.ts'
import { openEmbeddedLog } from './event-log/embedded.ts'
import type { EventLog } from './event-log/port.ts'
import { openEmbeddedRatingStore } from './rating-store/clickhouse.ts'
import { runFoldstream } from './services/foldstream.ts'
import {
  countLog,
  SMALL_MODEL,
  startSystem,
  type TestDataset,
  type TestSystem,
  testDataset,
  testFolder,
} from './system.fixture.ts'

const SCALE: RatingScale = { min: 0.5, max: 5, positiveFrom: 4 }

/** What a command is to end with. */
export const says = (code: number, output: RegExp) => ({ code, output: expect.stringMatching(output) })

/** Commands and systems on a data folder. @param env  when one begins */
export const onFolders = (env: () => Record<string, string> = () => SMALL_MODEL) => ({
  start: (folder: string, ...args: string[]) => startSystem(['--data-dir', folder, ...args], env()),
  run: (folder: string, ...words: string[]) => runFoldstream([...words, '--data-dir', folder], env()),
})

/** The same, and a folder for the tests of one file that holds the dataset and a model. */
export function onFilledFolders() {
  let scratch: string
  let dataset: TestDataset
  const env = () => ({ ...SMALL_MODEL, ...dataset.env })
  const { start, run } = onFolders(env)
  const filled = () => join(scratch, 'filled')
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'foldstream-embedded-'))
    dataset = await testDataset(scratch)
    expect(await run(filled(), 'import', dataset.name)).toEqual(says(0, /^imported .* ratings/m))
    expect(await run(filled(), 'rebuild')).toEqual(says(0, /^published generation/m))
  })
  afterAll(() => rm(scratch, { recursive: true }))

  return {
    ...{ env, start, run, filled },
    dataset: () => dataset,
    /** A stopped system with the dataset and a model. */
    async filledFolder(): Promise<string> {
      const folder = await testFolder()
      await cp(filled(), folder, { recursive: true })
      return folder
    },
  }
}

/** Opens the log of a stopped system. */
export async function withLog<T>(folder: string, use: (log: EventLog) => Promise<T>): Promise<T> {
  const log = await openEmbeddedLog(join(folder, 'log'), SCALE)
  try {
    return await use(log)
  } finally {
    await log.close()
  }
}

/** What ClickHouse counts of a stopped system; it must be what stands on the log. */
export async function counts(folder: string) {
  const store = await openEmbeddedRatingStore(join(folder, 'clickhouse'))
  try {
    const counted = await store.counts()
    expect(counted).toEqual(await withLog(folder, countLog))
    return counted
  } finally {
    await store.close()
  }
}

export async function stopped(system: TestSystem): Promise<void> {
  expect(await system.stop(), system.output()).toBe(0)
}
