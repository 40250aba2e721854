import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UnavailableError } from '../../infra/errors.ts'
import { silent } from '../../infra/logging.ts'
import { openEmbeddedUserState } from '../../infra/user-state/embedded.ts'
import type { StateChange, UserState } from '../../infra/user-state/port.ts'
import { applyChange } from '../../models/ranking/item-statistics.ts'
import type { ItemStatistics } from '../../models/ranking/types.ts'
import { createRankings, type Ranking, type Rankings } from './rankings.ts'

const PARTITIONS = 2
const POSITIVE_FROM = 4
const DAY_MS = 24 * 3_600_000

let folder: string
let state: UserState
let rankings: Rankings | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rankings-'))
  state = await openEmbeddedUserState(folder)
})
afterEach(async () => {
  rankings?.close()
  rankings = undefined
  await state.close()
  await rm(folder, { recursive: true })
})

interface Rating {
  readonly value: number
  readonly occurredAt: number
}

/** Ratings of one partition as they come: counts each as an updater does. */
function ratingsOn(partition: number, into = state) {
  const standing = new Map<string, Rating>()
  let offset = -1
  return async (
    ...changes: (readonly [userId: string, itemId: string, after: Rating | undefined])[]
  ): Promise<void> => {
    const touched = new Map<string, ItemStatistics>()
    for (const [userId, itemId, after] of changes) {
      const key = `${userId} ${itemId}`
      const before = standing.get(key)
      const [stored] = await into.readStatistics(partition, [itemId])
      const change = { userId, itemId, offset: ++offset, occurredAt: after?.occurredAt ?? 0, before, after }
      touched.set(itemId, applyChange(touched.get(itemId) ?? stored, change, POSITIVE_FROM, true))
      if (after) standing.set(key, after)
      else standing.delete(key)
    }
    const { counted } = await into.offsets(partition)
    expect(await into.count(partition, counted, counted + changes.length, touched)).toBe(true)
  }
}

const like = (occurredAt: number): Rating => ({ value: 5, occurredAt })
const idsOf = (list: Ranking | undefined) => list && [...list.items.values().map(({ itemId }) => itemId)]
const scoresOf = (list: Ranking | undefined) =>
  list && Object.fromEntries(list.items.values().map(({ itemId, score }) => [itemId, score]))

describe('rankings', () => {
  it('have what was counted before they came, of all partitions', async () => {
    await ratingsOn(0)(['u', 'a', like(1)], ['v', 'b', like(2)], ['w', 'b', { value: 1, occurredAt: 3 }])
    await ratingsOn(1)(['x', 'b', like(4)])
    rankings = createRankings(state, PARTITIONS, silent)
    expect(scoresOf(await rankings.popular())).toEqual({ b: 2, a: 1 })
    expect(rankings.statisticsOf('b')).toMatchObject({
      count: 3,
      positives: 2,
      raters: [{ userId: 'x' }, { userId: 'v' }],
    })
    expect(rankings.popularityOf('b')).toBe(2)
    expect(rankings.popularityOf('never')).toBe(0)
    expect([...rankings.itemIds()].sort()).toEqual(['a', 'b'])
  })

  it('follow a burst, a withdrawal and an erasure, and tell whoever listens', async () => {
    rankings = createRankings(state, PARTITIONS, silent)
    const { popular, statisticsOf, onItems } = rankings
    const told: string[] = []
    onItems((itemIds) => told.push(...itemIds))
    const rate = ratingsOn(0)
    expect(idsOf(await popular())).toEqual([])
    await rate(['u', 'a', like(1)], ['u', 'b', like(1)], ['v', 'b', like(2)])
    await vi.waitFor(() => expect(told.sort()).toEqual(['a', 'b']))
    expect(statisticsOf('b')).toMatchObject({ positives: 2 })
    await vi.waitFor(async () => expect(idsOf(await popular())).toEqual(['b', 'a']))

    await rate(['v', 'b', undefined], ['w', 'a', like(3)])
    await vi.waitFor(async () => expect(scoresOf(await popular())).toEqual({ a: 2, b: 1 }))

    await rate(['u', 'a', undefined], ['u', 'b', undefined])
    await vi.waitFor(async () => expect(scoresOf(await popular())).toEqual({ a: 1 }))
    expect(statisticsOf('b')).toBeUndefined()
  })

  it('show the last trend while there is none now, whatever one person likes, and forget it as others come', async () => {
    const start = Date.parse('2020-01-01')
    const rate = ratingsOn(0)
    const day = (n: number): number => start + n * DAY_MS
    // Long liked, by many.
    for (let n = 0; n < 8; n++) await rate([`u${n}`, 'classic', like(day(n - 30))])
    rankings = createRankings(state, PARTITIONS, silent)
    const { trending } = rankings
    expect(idsOf(await trending('1d'))).toEqual(['classic'])

    await rate(...[0, 1, 2].map((n) => [`x${n}`, 'burst', like(day(0))] as const))
    await vi.waitFor(async () => expect(idsOf(await trending('7d'))).toEqual(['burst', 'classic']))
    const burst = await trending('7d')
    expect(burst).toMatchObject({ asOf: day(0), isNow: false })
    expect(burst?.scoreOf('burst')).toBeCloseTo(3)
    // In a month's view the burst is less than what many liked; in a day's nobody speaks of the other any more.
    expect(idsOf(await trending('30d'))).toEqual(['classic', 'burst'])
    await vi.waitFor(async () => expect(idsOf(await trending('1d'))).toEqual(['burst']))

    await rate(...[0, 1].map((n) => [`y${n}`, 'classic', like(day(3))] as const))
    await vi.waitFor(async () => expect(idsOf(await trending('1d'))).toEqual(['classic', 'burst']))
    const later = await trending('1d')
    expect(later?.asOf).toBe(day(3))
    expect(later?.scoreOf('burst')).toBeCloseTo(3 / 8)

    // Neither a dislike nor one person's like is a trend.
    await rate(
      ['x', 'classic', { value: 1, occurredAt: day(5) }],
      ['x', 'one', like(day(6))],
      ['x', 'two', like(day(1))],
    )
    await rate(['y', 'two', like(day(1))])
    await vi.waitFor(async () => expect(idsOf(await trending('1d'))).toContain('two'))
    expect(await trending('1d')).toMatchObject({ asOf: day(3) })
    expect(idsOf(await trending('1d'))).not.toContain('one')
  })

  it('show the trend of long ago as it was, once a positive of today is withdrawn', async () => {
    const [then, today] = [Date.parse('2018-09-01'), Date.parse('2026-01-10')]
    const rate = ratingsOn(0)
    const likeThen = (itemId: string, userIds: string) =>
      [...userIds].map((userId) => [userId, itemId, like(then)] as const)
    await rate(...likeThen('film', 'uv'), ...likeThen('other', 'wxy'))
    rankings = createRankings(state, PARTITIONS, silent, () => today)
    const { trending } = rankings
    const before = await trending('1d')
    expect(scoresOf(before)).toEqual({ film: 2, other: 3 })
    await rate(['z', 'film', like(today)])
    await vi.waitFor(async () => expect(scoresOf(await trending('1d'))).toEqual({ other: 3 }))
    await rate(['z', 'film', undefined])
    await vi.waitFor(async () => expect(scoresOf(await trending('1d'))).toEqual(scoresOf(before)))
    expect((await trending('1d'))?.asOf).toBe(then)
  })

  it('go on, where it is asked for, with what was a trend before it was forgotten', async () => {
    const [then, today] = [Date.parse('2018-09-01'), Date.parse('2026-01-10')]
    const likedBy = (userIds: string, itemId: string, at: number) =>
      [...userIds].map((userId) => [userId, itemId, like(at)] as const)
    const rate = ratingsOn(0)
    await rate(...likedBy('uvw', 'old', then), ...likedBy('uvwx', 'older', then), ...likedBy('xyz', 'new', today))
    rankings = createRankings(state, PARTITIONS, silent, () => today)
    const trend = await rankings.trending('30d')
    expect(idsOf(trend)).toEqual(['new'])
    expect([...(trend?.withForgotten.values() ?? [])].map(({ itemId }) => itemId)).toEqual(['new', 'older', 'old'])
  })

  it('show what is a trend now where there is any', async () => {
    const now = Date.parse('2026-01-10')
    await ratingsOn(0)(...['u', 'v', 'w'].map((userId) => [userId, 'a', like(now - 2 * DAY_MS)] as const))
    rankings = createRankings(state, PARTITIONS, silent, () => now)
    const week = await rankings.trending('7d')
    expect(week).toMatchObject({ asOf: now, isNow: true })
    expect(week?.scoreOf('a')).toBeCloseTo(3 * 2 ** (-2 / 7))
    const day = await rankings.trending('1d')
    expect(day).toMatchObject({ asOf: now - 2 * DAY_MS, isNow: false })
    expect(day?.scoreOf('a')).toBe(3)
  })

  it('of an empty log are empty, and end at this minute', async () => {
    rankings = createRankings(state, PARTITIONS, silent, () => 120_007)
    expect(idsOf(await rankings.popular())).toEqual([])
    expect(await rankings.trending('7d')).toMatchObject({ asOf: 120_000, items: { length: 0 } })
    expect(idsOf(await rankings.topRated())).toEqual([])
  })

  it('are top-rated by a weighted average', async () => {
    await ratingsOn(0)(
      ['u', 'a', like(1)],
      ['v', 'b', { value: 3, occurredAt: 1 }],
      ['w', 'b', { value: 4, occurredAt: 1 }],
    )
    rankings = createRankings(state, PARTITIONS, silent)
    // C = 12/3, m = 3/2
    expect(scoresOf(await rankings.topRated())).toEqual({ a: (5 + 6) / 2.5, b: (7 + 6) / 3.5 })
  })
})

/** A user state that can be down, or keep to itself what changes. */
function unreliable(real: UserState) {
  const condition = { isDown: false, isSilent: false, wholeReads: 0 }
  const listeners = new Set<(change: StateChange) => void>()
  real.changes((change) => {
    if (!condition.isSilent) for (const listener of listeners) listener(change)
  })
  const orFail =
    <A extends unknown[], R>(method: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (condition.isDown) throw new UnavailableError('Redis at localhost:6379 did not answer.')
      return method(...args)
    }
  return {
    condition,
    gap: () => {
      for (const listener of listeners) listener({ type: 'gap' })
    },
    state: {
      offsets: orFail(real.offsets),
      readStatistics: orFail(real.readStatistics),
      statistics: orFail((partition: number) => {
        condition.wholeReads++
        return real.statistics(partition)
      }),
      changes(listener: (change: StateChange) => void) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
  }
}

describe('while the user state is not as it should be, rankings', () => {
  it('are undefined until it first answers, and then are there', async () => {
    await ratingsOn(0)(['u', 'a', like(1)])
    const { condition, state: flaky } = unreliable(state)
    condition.isDown = true
    rankings = createRankings(flaky, PARTITIONS, silent)
    const { popular, statisticsOf } = rankings
    expect(await popular()).toBeUndefined()
    expect(statisticsOf('a')).toBeUndefined()
    condition.isDown = false
    await vi.waitFor(async () => expect(idsOf(await popular())).toEqual(['a']))
  })

  it('stay as they were, and catch up with what was announced meanwhile', async () => {
    const rate = ratingsOn(0)
    await rate(['u', 'a', like(1)])
    const { condition, state: flaky } = unreliable(state)
    rankings = createRankings(flaky, PARTITIONS, silent)
    const { popular, statisticsOf } = rankings
    expect(idsOf(await popular())).toEqual(['a'])
    condition.isDown = true
    await rate(['u', 'b', like(1)], ['v', 'b', like(1)])
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(idsOf(await popular())).toEqual(['a'])
    condition.isDown = false
    await vi.waitFor(() => expect(statisticsOf('b')).toMatchObject({ positives: 2 }))
    expect(condition.wholeReads).toBe(PARTITIONS)
  })

  it('read all again after a gap, also what is gone', async () => {
    const rate = ratingsOn(0)
    await rate(['u', 'a', like(1)])
    const { condition, gap, state: flaky } = unreliable(state)
    rankings = createRankings(flaky, PARTITIONS, silent)
    const { popular, statisticsOf } = rankings
    expect(idsOf(await popular())).toEqual(['a'])
    condition.isSilent = true
    await rate(['u', 'a', undefined], ['v', 'b', like(1)])
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(statisticsOf('b')).toBeUndefined()
    gap()
    await vi.waitFor(() => expect(statisticsOf('b')).toMatchObject({ positives: 1 }))
    await vi.waitFor(() => expect(statisticsOf('a')).toBeUndefined())
  })

  it('find out by themselves, while asked for, that changes went unheard', async () => {
    const rate = ratingsOn(0)
    const { condition, state: flaky } = unreliable(state)
    rankings = createRankings(flaky, PARTITIONS, silent)
    const { popular } = rankings
    expect(idsOf(await popular())).toEqual([])
    condition.isSilent = true
    await rate(['u', 'a', like(1)])
    await vi.waitFor(async () => expect(idsOf(await popular())).toEqual(['a']), { interval: 100 })
  })
})
