import { afterAll } from 'vitest'
import { openEmbeddedLog } from '../../infra/event-log/embedded.ts'
import type { EventLog, LogRecord, Topic } from '../../infra/event-log/port.ts'
import { silent } from '../../infra/logging.ts'
import { createMetrics } from '../../infra/metrics.ts'
import { openEmbeddedUserState } from '../../infra/user-state/embedded.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { Generation } from '../../models/als/types.ts'
import type { Consumer } from '../consume.ts'
import { generationOf, newFolder, removeFolders, STARS, usersOn } from '../events.fixture.ts'
import { foldInUpdater } from '../fold-in-updater.ts'

export const PARTITION = 0
export const PLENTY = 1_000
const metrics = createMetrics()

afterAll(removeFolders)

/** One item that users rate is not in it. */
export const GENERATION = generationOf('g', ['item-0', 'item-1', 'item-2'])

export interface World {
  readonly log: EventLog
  readonly state: UserState
  readonly users: readonly string[]
}

export async function inWorld(test: (world: World) => Promise<void>): Promise<void> {
  const folder = await newFolder()
  const log = await openEmbeddedLog(`${folder}/log`, STARS)
  const state = await openEmbeddedUserState(`${folder}/state`)
  try {
    await test({ log, state, users: usersOn(log, PARTITION, 3) })
  } finally {
    await state.close()
    await log.close()
  }
}

export const updaterOf = (
  { log, state }: Pick<World, 'log' | 'state'>,
  { generation = (): Generation | undefined => GENERATION, maxHistory = PLENTY } = {},
): Consumer => foldInUpdater({ log, state, generation, maxHistory, logger: silent, metrics })

export async function recordsOf(log: EventLog, topic: Topic = 'ratings'): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  const tail = await log.tail(topic, (more) => records.push(...more))
  await tail.caughtUp
  await tail.close()
  return records
}

export const slices = (records: readonly LogRecord[]) => [{ topic: 'ratings' as const, partition: PARTITION, records }]

/** Everything on the log, as one batch. */
export async function updateFrom(world: World, updater = updaterOf(world)): Promise<void> {
  await updater.effect(slices(await recordsOf(world.log)))
}
