import { afterEach, beforeEach, expect, it } from 'vitest'
import type { UserRecord } from '../../infra/user-state/port.ts'
import { foldIn } from '../../models/als/fold-in.ts'
import type { Generation, Observations } from '../../models/als/types.ts'
import { generationOf, openTestGateway, type TestGateway, writeUser } from '../gateway.fixture.ts'
import { createProfiles, vectorIn } from './profiles.ts'

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
