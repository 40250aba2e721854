import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { LogRecord } from '../../infra/event-log/port.ts'
import { readTopic } from '../../infra/event-log/read-topic.ts'
import { silent } from '../../infra/logging.ts'
import { createMetrics } from '../../infra/metrics.ts'
import { openEmbeddedUserState } from '../../infra/user-state/embedded.ts'
import type { UserRecord, UserState } from '../../infra/user-state/port.ts'
import { append, broken, erased, generationOf, newFolder, rated, removeFolders } from '../events.fixture.ts'
import { foldInUpdater } from '../fold-in-updater.ts'
import { anyEvents, ITEMS, MAX_HISTORY, openWorld, USERS, type World } from '../ledger/ledger.fixture.ts'
import { fillState } from './rebuild-stores.ts'
import { replayLog } from './replay-log.ts'

const GENERATION = generationOf('g', ITEMS.slice(0, 35))
const metrics = createMetrics()

let world: World
beforeAll(async () => {
  world = await openWorld(GENERATION)
  await world.log.append('ratings', [broken(USERS[0] as string)])
  await append(world.log, ...anyEvents(1_500))
  await append(world.log, rated('gone', 'item-1', 5), erased('gone'), rated('back', 'item-1', 5))
  await append(world.log, erased('back'), rated('back', 'item-2', 4))
  await world.settle()
})
afterAll(async () => {
  await world.close()
  await removeFolders()
})

async function emptyState(): Promise<UserState> {
  const state = await openEmbeddedUserState(join(await newFolder(), 'state'))
  onTestFinished(() => state.close())
  return state
}

const updaterOf = (state: UserState) =>
  foldInUpdater({
    log: world.log,
    state,
    generation: () => GENERATION,
    maxHistory: MAX_HISTORY,
    logger: silent,
    metrics,
  })

async function usersIn(state: UserState): Promise<Map<string, UserRecord>> {
  const users = new Map<string, UserRecord>()
  for await (const record of state.scan()) users.set(record.userId, record)
  return users
}

async function putAside(): Promise<number> {
  const letters: LogRecord[] = []
  await readTopic(world.log, 'ratings.dead-letter', (records) => letters.push(...records))
  return letters.length
}

it('makes of the log alone what the updater made of it, event by event', async () => {
  const state = await emptyState()
  const reports: [done: number, total: number][] = []
  const report = (done: number, total: number): void => void reports.push([done, total])
  const letters = await putAside()
  await fillState(state, GENERATION, { log: world.log, logger: silent, metrics, report, maxHistory: MAX_HISTORY })

  expect(await usersIn(state)).toEqual(await usersIn(world.state))
  expect(await world.check({ state })).toMatchObject({ faults: 0, told: [], behind: { state: 0 } })
  const { partitions } = world.log.identity
  for (let partition = 0; partition < partitions; partition++)
    expect(await state.offsets(partition)).toEqual(await world.state.offsets(partition))
  expect(reports.at(-1)).toEqual([1_506, 1_506])
  // Those that could not be read stand among the dead letters already.
  expect(await putAside()).toBe(letters)
})

it('brings back nobody who was erased, and of who came again only what came after', async () => {
  const state = await emptyState()
  await fillState(state, GENERATION, {
    log: world.log,
    logger: silent,
    metrics,
    report: () => {},
    maxHistory: MAX_HISTORY,
  })
  expect(await state.read('gone')).toBeUndefined()
  expect([...((await state.read('back'))?.history.keys() ?? [])]).toEqual(['item-2'])
})

it('goes on where it was broken off, between any two writes', async () => {
  const state = await emptyState()
  let writes = 0
  const failing = (name: 'count' | 'writeMany' | 'advance'): Partial<UserState> => ({
    [name]: (...args: never[]) => {
      if (++writes === 3) throw new Error('broken off')
      return (state[name] as (...args: never[]) => unknown)(...args)
    },
  })
  for (const name of ['count', 'writeMany', 'advance'] as const) {
    writes = 0
    const replaying = replayLog(world.log, updaterOf({ ...state, ...failing(name) }), () => {}, 40)
    await expect(replaying, name).rejects.toThrow('broken off')
  }
  await replayLog(world.log, updaterOf(state), () => {}, 40)
  expect(await world.check({ state })).toMatchObject({ faults: 0, told: [], behind: { state: 0 } })
})
