import { setTimeout as sleep } from 'node:timers/promises'
import { silent } from '../../infra/logging.ts'
import { createMetrics } from '../../infra/metrics.ts'
import { openFolderModelStore } from '../../infra/model-store/folder.ts'
import { generationOf } from '../../infra/model-store/generation.fixture.ts'
import { followGeneration } from '../../infra/model-store/live.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import { openRedisModelStore } from '../../infra/model-store/redis.ts'
import { publish } from './publish.ts'
import { startRebuilder } from './rebuilder.ts'

/**
 * A process beside others on one model store: PLACE (a folder or a URL of Redis), what it does, and its name. It prints a line
 * whenever something happened.
 *
 *   follow       what is live
 *   rebuild      rebuilds when asked
 *   stop-short   the same, but never comes past the moment before it moves the pointer
 */
const [place = '', task = '', name = ''] = process.argv.slice(2)
const models = await (place.startsWith('redis:') ? openRedisModelStore(place) : openFolderModelStore(place))
const say = (line: string): void => console.log(line)

if (task === 'follow') followGeneration(models, silent).onSwitch(({ id }) => say(id))
else rebuild(task === 'stop-short' ? { ...models, activate: stopShort } : models)
// Neither a timer of the store nor of the role keeps a process alive.
setInterval(() => {}, 60_000)
say('running')

async function stopShort(id: string): Promise<void> {
  say(`about to activate ${id}`)
  await sleep(600_000)
}

/** Publishes as a rebuild does, a model that took no time. */
function rebuild(into: ModelStore): void {
  const ratings = { watermark: async () => [0], recordGeneration: async () => {} }
  const erasures = async () => ({ positions: [], last: () => undefined })
  const log = {
    identity: { id: 'log', clusterId: undefined, partitions: 1, scale: { min: 1, max: 5, positiveFrom: 4 } },
    ends: async () => [0],
  }
  startRebuilder({
    ...{ log, ratings, models: into, intervalMs: undefined, holder: name, onHold: () => false, logger: silent },
    async rebuild(report) {
      report(`by ${name}`)
      const generation = generationOf(`of-${name}`, { createdAt: Date.now() })
      return publish(generation, { ratings, models: into, erasures, logger: silent, metrics: createMetrics() })
    },
  })
}
