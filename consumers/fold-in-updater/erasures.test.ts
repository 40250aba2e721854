import { describe, expect, it } from 'vitest'
import { readErasures } from '../../infra/event-log/erasures.ts'
import { append, erased, rated } from '../events.fixture.ts'
import { crashing } from './failing-stores.fixture.ts'
import { expectConsistent } from './recount.fixture.ts'
import { inWorld, PARTITION, recordsOf, slices, updateFrom, updaterOf } from './world.fixture.ts'

describe('an erasure', () => {
  it('removes the user and what they gave to the statistics; what comes after belongs to a new user', () =>
    inWorld(async (world) => {
      const [ada, bob] = world.users as [string, string]
      const old = rated(ada, 'item-0', 5)
      await append(world.log, old, rated(bob, 'item-0', 3), rated(ada, 'item-1', 5))
      await updateFrom(world)
      await append(world.log, erased(ada))
      await updateFrom(world)
      expect(await world.state.read(ada)).toBeUndefined()
      const { last } = await readErasures(world.log)
      expect([last(ada)?.offset, last(bob)]).toEqual([3, undefined])
      await expectConsistent(world)
      await append(world.log, old)
      await updateFrom(world)
      expect([...((await world.state.read(ada))?.history.keys() ?? [])]).toEqual(['item-0'])
      await expectConsistent(world)
    }))

  it('of somebody unknown changes nothing', () =>
    inWorld(async (world) => {
      await append(world.log, erased(world.users[0] as string))
      await updateFrom(world)
      await expectConsistent(world)
    }))

  it('takes back what was counted, though a kill kept the rating from being written', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      await append(world.log, rated(ada, 'item-0', 5))
      await expect(updateFrom(world, updaterOf(crashing(world, { call: 1, when: 'after' })))).rejects.toThrow('killed')
      expect((await world.state.statistics(PARTITION)).size).toBe(1)
      await append(world.log, erased(ada))
      await updateFrom(world)
      await expectConsistent(world)
    }))

  it('is not undone by a late writer that still holds what came before it', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      await append(world.log, rated(ada, 'item-0', 5))
      const late = slices(await recordsOf(world.log))
      await append(world.log, erased(ada))
      await updateFrom(world)
      await updaterOf(world).effect(late)
      expect(await world.state.read(ada)).toBeUndefined()
      await expectConsistent(world)
    }))
})
