import { afterEach, beforeEach, expect, it } from 'vitest'
import { UnavailableError } from '../../infra/errors.ts'
import type { StateChange, UserRecord } from '../../infra/user-state/port.ts'
import { foldIn } from '../../models/als/fold-in.ts'
import type { Generation, Observations } from '../../models/als/types.ts'
import { generationOf, openTestGateway, type TestGateway, writeUser } from '../gateway.fixture.ts'
import { createProfiles, vectorIn, wasSeenBy } from './profiles.ts'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
})
afterEach(() => gateway.stop())

const romance = served(generationOf('romance', { a: [1, 0], b: [0, 1] }))
const action = served(generationOf('action', { a: [0, 1], b: [1, 0] }))

function served(generation: Generation) {
  return { generation, foldIn: (observations: Observations) => foldIn(generation, observations) }
}

it('solves a vector of another generation once, until the user rates or the generation changes', async () => {
  const { read } = createProfiles(gateway.state)
  const recordOf = async (): Promise<UserRecord> => (await read('ann')).record as UserRecord
  await writeUser(gateway.state, 'ann', { a: 5 }, { appliedOffset: 1, generation: 'before', vector: [9, 9] })
  const first = vectorIn(romance, await recordOf())
  expect(first?.[0]).toBeGreaterThan(0.5)
  expect(vectorIn(romance, await recordOf())).toBe(first)

  const switched = vectorIn(action, await recordOf())
  expect(switched?.[1]).toBeCloseTo(first?.[0] as number)
  expect(switched?.[0]).toBeCloseTo(first?.[1] as number)

  await writeUser(gateway.state, 'ann', { a: 5, b: 5 }, { appliedOffset: 2, generation: 'before', vector: [9, 9] })
  const rated = vectorIn(action, await recordOf())
  expect(rated?.[0]).toBeGreaterThan(0.5)
})

it('reads a group in one look, and while the user state is away goes on with those that were seen', async () => {
  await writeUser(gateway.state, 'ann', { a: 5 })
  await writeUser(gateway.state, 'bob', { b: 5 })
  const looks: string[][] = []
  let isDown = false
  const { readMany } = createProfiles({
    ...gateway.state,
    readMany: async (userIds, known) => {
      looks.push([...userIds])
      if (isDown) throw new UnavailableError('Redis at localhost:6379 did not answer. Set USER_STATE_URL.')
      return gateway.state.readMany(userIds, known)
    },
  })
  const group = ['ann', 'nobody', 'bob', 'ann']
  const told = async () =>
    (await readMany(group)).map(({ record, isStale }) => [record && [...record.history.keys()], isStale])
  expect(await told()).toEqual([
    [['a'], false],
    [undefined, false],
    [['b'], false],
    [['a'], false],
  ])
  isDown = true
  expect(await told()).toEqual([
    [['a'], true],
    [undefined, true],
    [['b'], true],
    [['a'], true],
  ])
  expect(looks).toEqual([group, group])
})

it('does not go on with users who changed since they were seen, nor with anybody after changes went unheard', async () => {
  const listeners = new Set<(change: StateChange) => void>()
  let isDown = false
  const { readMany } = createProfiles({
    ...gateway.state,
    changes(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    readMany: async (userIds, known) => {
      if (isDown) throw new UnavailableError('Redis at localhost:6379 did not answer. Set USER_STATE_URL.')
      return gateway.state.readMany(userIds, known)
    },
  })
  const announce = (change: StateChange) => listeners.forEach((listener) => void listener(change))
  const isThere = async () => (await readMany(['ann', 'bob'])).map(({ record }) => record !== undefined)
  await writeUser(gateway.state, 'ann', { a: 5 })
  await writeUser(gateway.state, 'bob', { b: 5 })
  expect(await isThere()).toEqual([true, true])
  isDown = true
  expect(await isThere()).toEqual([true, true])
  announce({ type: 'user', userId: 'ann' })
  expect(await isThere()).toEqual([false, true])
  announce({ type: 'gap' })
  expect(await isThere()).toEqual([false, false])
})

it('takes somebody of whom nothing is left that a generation saw for somebody new', async () => {
  await writeUser(gateway.state, 'ann', { a: 5, b: 5 })
  const { record } = await createProfiles(gateway.state).read('ann')
  const { history } = record as UserRecord
  expect(wasSeenBy({ watermark: [0, 1] }, history, 1)).toBe(true)
  expect(wasSeenBy({ watermark: [9, 0] }, history, 1)).toBe(false)
})
