import { describe, expect, it } from 'vitest'
import type { LogRecord } from '../../infra/event-log/port.ts'
import { openEmbeddedUserState } from '../../infra/user-state/embedded.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import { RewindError } from '../consume.ts'
import { append, newFolder, rated } from '../events.fixture.ts'
import { expectConsistent } from './recount.fixture.ts'
import { inWorld, PARTITION, recordsOf, slices, updateFrom, updaterOf } from './world.fixture.ts'

describe('a state that lost what it had acknowledged', () => {
  it('is noticed at the next batch, and read again from where it stands', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      const empty = await openEmbeddedUserState(await newFolder())
      let current = world.state
      const state = new Proxy(world.state, { get: (_, name) => Reflect.get(current, name) })
      const updater = updaterOf({ log: world.log, state })
      await append(world.log, rated(ada, 'item-0', 5))
      await updateFrom(world, updater)
      await append(world.log, rated(ada, 'item-1', 5))
      const [, second] = await recordsOf(world.log)
      current = empty
      await expect(updater.effect(slices([second as LogRecord]))).rejects.toThrow(RewindError)
      updater.revoked('ratings', PARTITION)
      expect(await updater.resumeAt('ratings', PARTITION)).toBe(0)
      await updateFrom(world, updater)
      await expectConsistent({ ...world, state: empty })
      await empty.close()
    }))

  it('is noticed by the watermark alone: it is what a batch writes last', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      let lost = 0
      const state: UserState = {
        ...world.state,
        async offsets(partition) {
          const { counted, applied } = await world.state.offsets(partition)
          return { counted, applied: applied - lost }
        },
      }
      const updater = updaterOf({ log: world.log, state })
      await append(world.log, rated(ada, 'item-0', 5))
      await updateFrom(world, updater)
      lost = 1
      await append(world.log, rated(ada, 'item-1', 5))
      await expect(updateFrom(world, updater)).rejects.toThrow('went back from offset 0 to -1')
    }))
})
