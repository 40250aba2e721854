import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { UnavailableError } from '../../infra/errors.ts'
import { createChangeFeed } from '../../infra/user-state/changes.ts'
import { openEmbeddedUserState } from '../../infra/user-state/embedded.ts'
import { writeUser } from '../gateway.fixture.ts'
import { createWaits } from './freshness.ts'

const base = await mkdtemp(join(tmpdir(), 'freshness-'))
afterAll(() => rm(base, { recursive: true, force: true }))
/** Whoever is not woken is found out by the test's own time. */
const LONG_MS = 20_000
const END = 100

/** Waits over a real state whose changes are heard only as the test announces them, and that counts who is read. */
async function open({ max, end = END }: { max?: number; end?: number } = {}) {
  const state = await openEmbeddedUserState(await mkdtemp(join(base, 'state.')))
  onTestFinished(() => state.close())
  const { announce, listen } = createChangeFeed()
  const closing = new AbortController()
  const read: string[] = []
  let isDown = false
  let ends = new Array<number>(8).fill(end)
  let looks = 0
  const waits = createWaits({
    state: {
      ...state,
      changes: listen,
      async read(userId) {
        read.push(userId)
        if (isDown) throw new UnavailableError('down')
        return state.read(userId)
      },
      async readMany(userIds) {
        read.push(...userIds)
        if (isDown) throw new UnavailableError('down')
        return state.readMany(userIds)
      },
    },
    log: {
      async ends() {
        looks++
        return ends
      },
    },
    closing: closing.signal,
    ...(max !== undefined && { max }),
  })
  return {
    state,
    announce,
    read,
    close: () => closing.abort(),
    breakState: () => {
      isDown = true
    },
    grow: (to: number) => {
      ends = ends.fill(to)
    },
    looks: () => looks,
    until: (userId: string, offset: number, waitMs = LONG_MS) => waits.until(userId, { partition: 3, offset }, waitMs),
    write: (userId: string, appliedOffset: number) => writeUser(state, userId, { a: 5 }, { appliedOffset }),
  }
}

/** Long enough for everything that is not waited for. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 30))
const outcomeOf = (waiting: Promise<unknown>) => Promise.race([waiting, settled().then(() => 'still waiting')])

it('looks again when changes may have gone unheard', async () => {
  const { state, announce, until, write } = await open()
  const [ada, bob] = [until('ada', 7), until('bob', 9)]
  await settled()
  await state.advance(3, 7)
  await write('bob', 9)
  announce({ type: 'items', partition: 3, counted: 9, itemIds: ['a'] })
  expect([await outcomeOf(ada), await outcomeOf(bob)]).toEqual(['still waiting', 'still waiting'])
  announce({ type: 'gap' })
  expect([await ada, await bob]).toEqual(['reached', 'reached'])
})

it('is woken by the user’s own record, or by the watermark of the partition, and nobody else is', async () => {
  const { announce, read, until, write } = await open()
  const waiting = { ada: until('ada', 7), bob: until('bob', 9), eve: until('eve', 8) }
  await settled()
  read.length = 0
  announce({ type: 'watermark', partition: 2, applied: 50 })
  announce({ type: 'user', userId: 'zoe' })
  announce({ type: 'watermark', partition: 3, applied: 7 })
  await write('bob', 9)
  announce({ type: 'user', userId: 'bob' })
  expect([await waiting.ada, await waiting.bob]).toEqual(['reached', 'reached'])
  expect(await outcomeOf(waiting.eve)).toBe('still waiting')
  expect(read).toEqual(['bob'])
})

it('looks once before it gives up, however short the time', async () => {
  const { until, write } = await open()
  await write('ada', 7)
  expect([await until('ada', 7, 0), await until('ada', 8, 0), await until('ada', 8, 20)]).toEqual([
    'reached',
    'not-in-time',
    'not-in-time',
  ])
})

it('does not wait for what is not on the log', async () => {
  const { looks, grow, until } = await open()
  expect([await until('ada', END), await until('ada', END + 5)]).toEqual(['past-end', 'past-end'])
  // The end that was known is an old one.
  grow(END + 6)
  const waiting = until('ada', END + 5)
  expect(await outcomeOf(waiting)).toBe('still waiting')
  const before = looks()
  const others = Array.from({ length: 50 }, (_, n) => until(`user ${n}`, n))
  const forged = Array.from({ length: 50 }, (_, n) => until(`user ${n}`, 1e9))
  expect(await Promise.all(forged)).toEqual(new Array(50).fill('past-end'))
  // Who asks while the log is asked shares the next answer.
  expect(looks() - before).toBeLessThan(5)
  expect(await Promise.race([...others, settled()])).toBeUndefined()
})

it('lets so many wait, and turns away only who would have to', async () => {
  const { announce, until, write } = await open({ max: 2 })
  const waiting = [until('ada', 7), until('bob', 7)]
  await settled()
  await expect(until('eve', 7)).rejects.toThrow(UnavailableError)
  await write('eve', 7)
  expect(await until('eve', 7)).toBe('reached')
  announce({ type: 'watermark', partition: 3, applied: 7 })
  expect(await Promise.all(waiting)).toEqual(['reached', 'reached'])
  expect(await until('zoe', 8, 0)).toBe('not-in-time')
})

it('waits no longer when the state does not answer, or the process is about to stop', async () => {
  const { announce, breakState, close, until } = await open()
  const [ada, bob] = [until('ada', 7), until('bob', 9)]
  await settled()
  breakState()
  announce({ type: 'user', userId: 'ada' })
  expect(await ada).toBe('not-in-time')
  expect(await until('ada', 7)).toBe('not-in-time')
  close()
  expect(await bob).toBe('not-in-time')
})
