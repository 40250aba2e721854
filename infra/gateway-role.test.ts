import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeUser } from '../gateway/gateway.fixture.ts'
import { randomGeneration } from '../gateway/random-generation.fixture.ts'
import { readConfig } from './config/read.ts'
import { openEmbeddedLog } from './event-log/embedded.ts'
import { startGateway } from './gateway-role.ts'
import { silent } from './logging.ts'
import { createMetrics } from './metrics.ts'
import { openFolderModelStore } from './model-store/folder.ts'
import { clientOf, testFolder } from './system.fixture.ts'
import { openEmbeddedUserState } from './user-state/embedded.ts'

it('answers reads that wait while it stops by the model, as before', async () => {
  const folder = await testFolder()
  const log = await openEmbeddedLog(join(folder, 'log'), { min: 0.5, max: 5, positiveFrom: 4 })
  const embedded = await openEmbeddedUserState(join(folder, 'state'))
  const models = await openFolderModelStore(join(folder, 'models'))
  const reading = Promise.withResolvers<void>()
  const state: typeof embedded = {
    ...embedded,
    read(userId, known) {
      reading.resolve()
      return embedded.read(userId, known)
    },
  }
  const generation = randomGeneration('large', 1, true)
  const [liked = ''] = generation.itemIds
  await writeUser(embedded, 'u', { [liked]: 5 })
  const stores = { log, state, models, ratings: undefined, analytics: undefined, copies: {}, close: async () => {} }
  const { config } = readConfig([], { PORT: '0' })
  const generations = { current: () => generation, onSwitch: () => () => {}, trouble: () => undefined }
  const parts = { config, stores, generations, logger: silent, metrics: createMetrics() }
  const role = await startGateway(parts, {
    apiKeys: undefined,
    folder: undefined,
    loading: () => undefined,
    troubles: () => [],
  })
  const { rate, recommendations } = clientOf(role.address)

  // The last of them is past what was applied.
  const after = await rate([4, 5].map((value) => ({ userId: 'u', itemId: liked, value })))
  const list = recommendations('u', { after, wait: 10_000 })
  await reading.promise
  const closed = role.close()
  expect(await list).toMatchObject({
    strategy: 'fold-in',
    generation: 'large',
    freshness: { satisfied: false },
  })
  await closed
  await Promise.all([log.close(), embedded.close(), models.close()])
})
