import { afterAll, beforeAll, expect, it } from 'vitest'
import { SINK_GROUP } from '../../consumers/clickhouse-sink.ts'
import { append, generationOf, rated, removeFolders } from '../../consumers/events.fixture.ts'
import { UPDATER_GROUP } from '../../consumers/fold-in-updater.ts'
import { MAX_HISTORY, openWorld, type World } from '../../consumers/ledger/ledger.fixture.ts'
import { checkCommits, watchRepeats } from './after-death.ts'
import type { Fault } from './fault.ts'

const GENERATION = generationOf('g', ['a', 'b'])
const EVENTS = ['a', 'b'].flatMap((itemId) => ['ann', 'ben', 'cat'].map((userId) => rated(userId, itemId, 5)))

let world: World
beforeAll(async () => {
  world = await openWorld(GENERATION)
  await append(world.log, ...EVENTS)
})
afterAll(async () => {
  await world.close()
  await removeFolders()
})

/** Commits everything that is on the log, whatever has become of it. */
async function commitAll(group: string): Promise<void> {
  const ends = await world.log.ends('ratings')
  const resumeAt = async (_: unknown, partition: number) => ends[partition]
  const topics = ['ratings'] as const
  const member = await world.log.subscribe({ group, topics, resumeAt, revoked: () => {}, handle: async () => {} })
  await expect.poll(() => world.log.committed('ratings', group)).toEqual(ends)
  await member.close()
}

async function found(): Promise<Fault[]> {
  const faults: Fault[] = []
  const models = { load: async () => GENERATION } as never
  await checkCommits({ ...world, models }, MAX_HISTORY, (fault) => faults.push(fault))
  return faults
}
const sumOfLost = (faults: readonly Fault[]) => faults.reduce((sum, { lost = 0 }) => sum + lost, 0)

it('finds a commit that stands before its effect, and none where the effect is there', async () => {
  expect(await found()).toEqual([])
  await commitAll(UPDATER_GROUP)
  expect(sumOfLost(await found())).toBe(EVENTS.length)
  await world.settle(['updater'])
  expect(await found()).toEqual([])
  await commitAll(SINK_GROUP)
  expect(sumOfLost(await found())).toBe(EVENTS.length)
  await world.settle(['sink'])
  expect(await found()).toEqual([])
})

it('finds rows that are inserted again, and none where the sink goes on', async () => {
  await world.settle()
  const faults: Fault[] = []
  const watched = await watchRepeats(world.ratings, world.log, (fault) => faults.push(fault))
  const [event] = EVENTS
  const partition = world.log.partitionOf('ratings', 'ann')
  const next = await watched.resumeAt(partition)
  const row = (offset: number) => ({ partition, offset, ingestedAt: 0, event: event as (typeof EVENTS)[number] })
  await watched.insertRatings([row(next)])
  expect(faults).toEqual([])
  await watched.insertRatings([row(next - 1), row(next)])
  expect(faults).toMatchObject([{ doubled: 1 }])
})
