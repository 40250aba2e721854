import { Session } from 'chdb'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { silent } from '../../infra/logging.ts'
import { createMetrics } from '../../infra/metrics.ts'
import { openFolderModelStore } from '../../infra/model-store/folder.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import { openEmbeddedRatingStore } from '../../infra/rating-store/clickhouse.ts'
import type { RatingStore } from '../../infra/rating-store/port.ts'
import type { RatingBlock } from '../../models/als/gather.ts'
import type { HyperParameters } from '../../models/als/types.ts'
import { newFolder, rated, removeFolders } from '../events.fixture.ts'
import { type Rebuild, rebuildOnce } from './rebuild.ts'

export const NEVER = new AbortController().signal
const metrics = createMetrics()
export const TINY: HyperParameters = {
  factors: 4,
  epochs: 1,
  seed: 1,
  unobservedWeight: 0.3,
  regularization: 0.01,
  regularizationExponent: 1,
  positiveFrom: 4,
  dislikeWeight: 0,
}

/** Stores for the tests of one file: an empty rating store and a model store of its own for each test. */
export function storesForRebuilds() {
  let ratings: RatingStore
  let sql: Session
  let models: ModelStore
  let modelFolder: string
  beforeAll(async () => {
    const folder = await newFolder()
    ratings = await openEmbeddedRatingStore(folder)
    sql = new Session(folder)
  })
  beforeEach(async () => {
    await sql.queryAsync('TRUNCATE TABLE foldstream.ratings')
    modelFolder = await newFolder()
    models = await openFolderModelStore(modelFolder)
  })
  afterEach(() => models.close())
  afterAll(async () => {
    sql.close()
    await ratings.close()
    await removeFolders()
  })

  function roleOf(change: Partial<HyperParameters> = {}): Rebuild {
    const hyperParameters = { ...TINY, ...change }
    const sizes = { partitions: 3, maxHistory: 10_000, threads: 1, tolerance: 3 }
    const erasures = async () => ({ positions: [], last: () => undefined })
    return { ratings, models, erasures, ...sizes, hyperParameters, search: [], logger: silent, metrics }
  }

  return {
    models: () => models,
    modelFolder: () => modelFolder,
    roleOf,
    /** Rows of `generations` in ClickHouse, as JSON. */
    noted: async () => (await sql.queryAsync('SELECT * FROM foldstream.generations', { format: 'JSONEachRow' })).text(),
    /** Ratings as the sink would have written them, on two partitions in turn. */
    store: ({ users, items, values }: RatingBlock): Promise<void> =>
      ratings.insertRatings(
        users.map((userId, i) => {
          const event = rated(userId, items[i] as string, values[i] as number)
          return { partition: i % 2, offset: i >> 1, ingestedAt: event.occurredAt, event }
        }),
      ),
    /** @returns the id of the generation */
    async published(change: Partial<HyperParameters> = {}, options: Partial<Rebuild> = {}): Promise<string> {
      const outcome = await rebuildOnce({ ...roleOf(change), ...options }, () => {}, NEVER)
      if ('skipped' in outcome) throw new Error(outcome.skipped)
      return outcome.generation
    },
  }
}
