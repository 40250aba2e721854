import { setImmediate as turn } from 'node:timers/promises'
import type { UserState } from '../../infra/user-state/port.ts'
import type { World } from './world.fixture.ts'

/** How a process is killed: at its n-th write, which is not done, done by half, or done without anybody hearing of it. */
export interface Kill {
  readonly call: number
  readonly when: 'before' | 'half' | 'after'
}

/** The same stores in a process that will be killed. A killed process writes nothing more. */
export function crashing({ log, state }: World, { call, when }: Kill): Pick<World, 'log' | 'state'> {
  let calls = 0
  const mortal =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>, half?: (...args: A) => Promise<unknown>) =>
    async (...args: A): Promise<R> => {
      if (++calls < call) return write(...args)
      if (calls === call && when === 'after') await write(...args)
      if (calls === call && when === 'half') await half?.(...args)
      throw new Error('killed')
    }
  return {
    log: { ...log, append: mortal(log.append) },
    state: {
      ...state,
      count: mortal(state.count),
      writeMany: mortal(state.writeMany, (writes) => state.writeMany(writes.slice(0, writes.length / 2))),
      advance: mortal(state.advance),
    },
  }
}

/** Lets so many turns of the event loop pass before each call, by turns. */
export function dawdling(state: UserState, waits: readonly number[]): UserState {
  let calls = 0
  const slow =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      for (let left = waits[calls++ % waits.length] as number; left > 0; left--) await turn()
      return call(...args)
    }
  const { offsets, readMany, readStatistics, count, writeMany, advance } = state
  return {
    ...state,
    offsets: slow(offsets),
    readMany: slow(readMany),
    readStatistics: slow(readStatistics),
    count: slow(count),
    writeMany: slow(writeMany),
    advance: slow(advance),
  }
}
