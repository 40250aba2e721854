import { afterAll, describe, expect, it, vi } from 'vitest'
import { silent } from '../infra/logging.ts'
import { openEmbeddedUserState } from '../infra/user-state/embedded.ts'
import type { UserRecord, UserState } from '../infra/user-state/port.ts'
import { erasedAt } from '../infra/user-state/record.ts'
import { foldIn } from '../models/als/fold-in.ts'
import { observe } from '../models/als/observations.ts'
import type { Generation } from '../models/als/types.ts'
import { applyEvents } from '../models/history/apply.ts'
import { generationOf, newFolder, rated, removeFolders } from './events.fixture.ts'
import { refoldOnSwitch } from './refold.ts'

const ITEMS = ['item-0', 'item-1', 'item-2']
const [BEFORE, AFTER] = [generationOf('before', ITEMS), generationOf('the one after', ITEMS)]
const USERS = Array.from({ length: 150 }, (_, n) => `user-${n}`)

afterAll(removeFolders)

function recordOf(userId: string, generation: Generation, appliedOffset: number, values = [5, 2]): UserRecord {
  const events = values.map((value, n) => ({ event: rated(userId, `item-${n}`, value), offset: n }))
  const { history } = applyEvents(new Map(), events, 100)
  const vector = foldIn(generation, observe(history, generation))
  return { userId, history, vector, generation: generation.id, appliedOffset }
}

async function withUsers(test: (state: UserState) => Promise<void>): Promise<void> {
  const state = await openEmbeddedUserState(`${await newFolder()}/state`)
  try {
    await state.writeMany(
      USERS.map((userId) => ({ userId, next: recordOf(userId, BEFORE, 1), expectedOffset: undefined })),
    )
    await test(state)
  } finally {
    await state.close()
  }
}

/** Generations that switch when they are told to. */
function switchable(first?: Generation) {
  let listener: (generation: Generation) => void = () => {}
  return {
    current: () => first,
    onSwitch(added: (generation: Generation) => void) {
      listener = added
      return () => {
        listener = () => {}
      }
    },
    to: (generation: Generation) => listener(generation),
  }
}

describe('folding everybody in again', () => {
  it('solves every user in the generation that came, whose record is otherwise the same', () =>
    withUsers(async (state) => {
      const generations = switchable(BEFORE)
      const refolding = refoldOnSwitch({ state, generations, logger: silent })
      generations.to(AFTER)
      await vi.waitFor(async () => {
        for (const record of await state.readMany(USERS)) expect(record?.generation).toBe(AFTER.id)
      })
      const record = (await state.read('user-7')) as UserRecord
      expect(record.vector).toEqual(foldIn(AFTER, observe(record.history, AFTER)))
      expect(record.vector).not.toEqual(foldIn(BEFORE, observe(record.history, BEFORE)))
      expect({ ...record, vector: 0, generation: 0 }).toEqual({
        ...recordOf('user-7', AFTER, 1),
        history: record.history,
        vector: 0,
        generation: 0,
      })
      await refolding.close()
    }))

  it('leaves alone whoever was rated or erased meanwhile', () =>
    withUsers(async (state) => {
      const rewritten = recordOf('user-1', BEFORE, 9, [1, 5])
      const disturbed: Pick<UserState, 'scan' | 'writeMany'> = {
        scan: () => state.scan(),
        async writeMany(writes) {
          await state.writeMany([
            { userId: 'user-1', next: rewritten, expectedOffset: 1 },
            { userId: 'user-2', next: erasedAt('user-2', 2), expectedOffset: 1 },
          ])
          return state.writeMany(writes)
        },
      }
      const refolding = refoldOnSwitch({ state: disturbed, generations: switchable(AFTER), logger: silent })
      await vi.waitFor(async () => expect((await state.read('user-99'))?.generation).toBe(AFTER.id))
      await vi.waitFor(async () => expect((await state.read('user-149'))?.generation).toBe(AFTER.id))
      expect(await state.read('user-1')).toMatchObject({ appliedOffset: 9, generation: BEFORE.id })
      expect(await state.read('user-2')).toBeUndefined()
      await refolding.close()
    }))

  it('goes on where the store did not answer, and stops when it is closed', () =>
    withUsers(async (state) => {
      let attempts = 0
      const failing: Pick<UserState, 'scan' | 'writeMany'> = {
        scan: () => state.scan(),
        writeMany: (writes) => (attempts++ === 1 ? Promise.reject(new Error('not now')) : state.writeMany(writes)),
      }
      const refolding = refoldOnSwitch({ state: failing, generations: switchable(AFTER), logger: silent })
      await vi.waitFor(async () => {
        for (const record of await state.readMany(USERS)) expect(record?.generation).toBe(AFTER.id)
      })
      await refolding.close()
      const generations = switchable()
      await refoldOnSwitch({ state: failing, generations, logger: silent }).close()
      generations.to(BEFORE)
      expect((await state.read('user-3'))?.generation).toBe(AFTER.id)
    }))
})
