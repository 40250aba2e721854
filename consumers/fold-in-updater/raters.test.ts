import { describe, expect, it } from 'vitest'
import type { Generation } from '../../models/als/types.ts'
import { append, erased, generationOf, rated } from '../events.fixture.ts'
import { expectConsistent } from './recount.fixture.ts'
import { GENERATION, inWorld, PARTITION, updateFrom, updaterOf, type World } from './world.fixture.ts'

describe('raters of an item', () => {
  const NEW_ITEM = 'item-9'
  const ratersIn = async ({ state }: World) =>
    (await state.readStatistics(PARTITION, [NEW_ITEM]))[0]?.raters?.map(({ userId, offset }) => [userId, offset])

  it('that the model does not know are kept, latest first, while their positive stands', () =>
    inWorld(async (world) => {
      const [ada, bob, eve] = world.users as [string, string, string]
      await append(world.log, rated(ada, NEW_ITEM, 5), rated(bob, NEW_ITEM, 4), rated(eve, NEW_ITEM, 2))
      await updateFrom(world)
      expect(await ratersIn(world)).toEqual([
        [bob, 1],
        [ada, 0],
      ])
      await append(world.log, rated(ada, NEW_ITEM, 4.5), rated(bob, NEW_ITEM, 1), rated(eve, NEW_ITEM, 5))
      await updateFrom(world)
      expect(await ratersIn(world)).toEqual([
        [eve, 5],
        [ada, 3],
      ])
      await append(world.log, rated(eve, NEW_ITEM, null))
      await updateFrom(world)
      expect(await ratersIn(world)).toEqual([[ada, 3]])
      await expectConsistent(world)
    }))

  it('are without somebody who was erased, or whose history is full', () =>
    inWorld(async (world) => {
      const [ada, bob, eve] = world.users as [string, string, string]
      await append(world.log, ...[ada, bob, eve].map((userId) => rated(userId, NEW_ITEM, 5)))
      await updateFrom(world)
      expect(await ratersIn(world)).toHaveLength(3)
      await append(world.log, erased(ada), rated(bob, 'item-0', 5))
      await updateFrom(world, updaterOf(world, { maxHistory: 1 }))
      expect(await ratersIn(world)).toEqual([[eve, 2]])
      await append(world.log, erased(eve))
      await updateFrom(world)
      expect(await ratersIn(world)).toBeUndefined()
    }))

  it('are dropped at the next rating once a generation knows the item, and not kept without a generation', () =>
    inWorld(async (world) => {
      const [ada, bob, eve] = world.users as [string, string, string]
      let generation: Generation | undefined
      const updater = updaterOf(world, { generation: () => generation })
      await append(world.log, rated(ada, NEW_ITEM, 5))
      await updateFrom(world, updater)
      expect(await ratersIn(world)).toBeUndefined()
      generation = GENERATION
      await append(world.log, rated(bob, NEW_ITEM, 5))
      await updateFrom(world, updater)
      expect(await ratersIn(world)).toEqual([[bob, 1]])
      generation = generationOf('knows it', [NEW_ITEM])
      await append(world.log, rated(eve, NEW_ITEM, 1))
      await updateFrom(world, updater)
      expect(await ratersIn(world)).toBeUndefined()
      expect(await world.state.readStatistics(PARTITION, [NEW_ITEM])).toMatchObject([{ count: 3, positives: 2 }])
    }))
})
