import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { bindStores } from './binding.ts'
import { ConfigError } from './errors.ts'
import { openEmbeddedLog } from './event-log/embedded.ts'
import type { EventLog, LogIdentity } from './event-log/port.ts'
import { openEmbeddedRatingStore } from './rating-store/clickhouse.ts'
import type { RatingStore } from './rating-store/port.ts'
import { openEmbeddedUserState } from './user-state/embedded.ts'
import type { UserState } from './user-state/port.ts'

const SCALE = { min: 0.5, max: 5, positiveFrom: 4 }

let folder: string
let log: EventLog
let state: UserState
let ratings: RatingStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foldstream-binding-'))
  log = await openEmbeddedLog(join(folder, 'log'), SCALE)
  state = await openEmbeddedUserState(join(folder, 'state'))
  ratings = await openEmbeddedRatingStore(join(folder, 'clickhouse'))
})
afterEach(async () => {
  for (const store of [ratings, state, log]) await store.close()
  await rm(folder, { recursive: true })
})

const PARTITION = 3
/** So many records on partition 3, whatever they hold. */
async function fill(count: number): Promise<void> {
  const key = Array.from({ length: 100 }, (_, n) => `user-${n}`).find(
    (user) => log.partitionOf('ratings', user) === PARTITION,
  ) as string
  await log.append(
    'ratings',
    Array.from({ length: count }, () => ({ key, value: Buffer.of(1) })),
  )
}

const another = (change: Partial<LogIdentity>): EventLog => ({ ...log, identity: { ...log.identity, ...change } })

async function refusal(on: EventLog, ...stores: [UserState | undefined, RatingStore | undefined]): Promise<string> {
  const refused = await bindStores(on, ...stores).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ConfigError)
  return (refused as Error).message
}

it('binds new stores to their log, and takes them again as long as it holds what they applied', async () => {
  await bindStores(log, state, ratings)
  expect(await state.bind({ ...log.identity, id: 'other' })).toMatchObject({ id: log.identity.id })
  expect(await ratings.bind({ ...log.identity, id: 'other' })).toMatchObject({ id: log.identity.id })
  await fill(2)
  await state.count(PARTITION, -1, 1, new Map())
  await state.advance(PARTITION, 1)
  await ratings.noteProgress(PARTITION, 2)
  await bindStores(log, state, ratings)
  await bindStores(log, state, undefined)
  await bindStores(log, undefined, ratings)
})

it.each([{ id: 'another log' }, { clusterId: 'another cluster' }])('refuses stores of %j', async (change) => {
  await bindStores(log, state, ratings)
  const other = another(change)
  expect(await refusal(other, state, undefined)).toMatch(
    /^the user state belongs to event log .*, not to .*another .*Nothing was changed\..*EVENT_LOG_URL.*USER_STATE_URL to an empty store.*--data-dir/,
  )
  expect(await refusal(other, undefined, ratings)).toMatch(/^the rating store belongs .*RATING_STORE_URL/)
  expect(await state.bind(other.identity)).toMatchObject({ id: log.identity.id })
})

it('refuses stores of a log with another number of partitions', async () => {
  await bindStores(log, state, ratings)
  expect(await refusal(another({ partitions: 12 }), state, ratings)).toMatch(
    /^the user state was filled from a log of 8 partitions, this one has 12: .*EVENT_LOG_URL.*USER_STATE_URL/,
  )
})

it('refuses a log that is shorter than what a store has of it', async () => {
  await bindStores(log, state, ratings)
  await fill(2)
  await ratings.noteProgress(PARTITION, 3)
  expect(await refusal(log, undefined, ratings)).toMatch(
    /^the event log ends at offset 2 of partition 3, but the rating store has applied up to 3: .*Bring the log back, or .*replay -- --to-clickhouse/,
  )
  // A kill left the batch counted, but not applied.
  await state.count(PARTITION, -1, 2, new Map())
  expect(await refusal(log, state, undefined)).toMatch(/but the user state has applied up to 3: .*replay -- --to-state/)
  await fill(1)
  await bindStores(log, state, ratings)
})
