import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { silent } from '../../infra/logging.ts'
import { createGeneration } from '../../models/als/generation.ts'
import type { Generation } from '../../models/als/types.ts'
import type { Workspace } from '../../models/linalg/workspace.ts'
import { topK } from '../../models/ranking/top-k.ts'
import { generationOf } from '../gateway.fixture.ts'
import type { ScanPool } from './scan-pool.ts'
import { createServing, type Newcomers, type ServedGeneration, type Serving } from './serving.ts'

/** Over a million numbers, which are not laid out between two requests. */
function largeGeneration(id: string): Generation {
  const [rows, d] = [4096, 256]
  const data = Float32Array.from({ length: rows * d }, (_, n) => Math.sin(n + id.length))
  return createGeneration({
    ...generationOf(id, {}),
    itemIds: Array.from({ length: rows }, (_, n) => `${10_000 + n}`),
    items: { factors: { rows, d, data }, gramian: new Float64Array(d * d) },
    userGramian: new Float64Array(d * d),
    positives: new Int32Array(rows),
  })
}

const small = generationOf('small', { a: [1, 0], b: [0, 1] })
const large = largeGeneration('large')
const larger = largeGeneration('larger')
const catalogue = { get: () => undefined, isHidden: () => false, hidden: () => [] }

let listeners: number
let onThreads: string[]
let live: Generation | undefined
let givenBack: Workspace[]
let serving: Serving
/** Until then the newcomers of a generation have not begun, by its id. */
let beginnings: Record<string, Promise<void>>
let followed: string[]
const servedId = () => serving.current()?.generation.id

beforeEach(() => {
  listeners = 0
  onThreads = []
  live = undefined
  givenBack = []
  beginnings = {}
  followed = []
  serving = open()
})

function open(maxWaitMs?: number): Serving {
  const onChange = () => {
    listeners++
    return () => void listeners--
  }
  const pool: ScanPool = {
    topK: async (scorer, user, k, hidden) => {
      onThreads.push(`${k} of ${scorer.rows}`)
      return scorer.topK(user, k, hidden)
    },
    forget: () => {},
    close: async () => {},
  }
  return createServing({
    generations: { current: () => live },
    catalogue: { ...catalogue, onChange } as never,
    pool,
    logger: silent,
    giveBack: (workspace) => givenBack.push(workspace),
    newcomersOf({ generation: { id } }): Newcomers {
      if (id.startsWith('broken')) throw new RangeError('there is no room')
      followed.push(id)
      return {
        begun: beginnings[id] ?? Promise.resolve(),
        listed: async () => {},
        shelves: () => [],
        ratedShelves: () => [],
        version: () => '',
        close: () => void followed.splice(followed.indexOf(id), 1),
      }
    },
    ...(maxWaitMs !== undefined && { maxWaitMs }),
  })
}

async function untilServed(id: string): Promise<void> {
  while (servedId() !== id) await setImmediate()
}

it('serves a small generation at once where there was none, and none at once', () => {
  expect(serving.current()).toBeUndefined()
  live = small
  expect(servedId()).toBe('small')
  live = undefined
  expect(servedId()).toBeUndefined()
  expect(listeners).toBe(0)
})

it('is settled when a large generation is laid out, the first one, too', async () => {
  live = large
  expect(servedId()).toBeUndefined()
  await serving.settled()
  expect(servedId()).toBe('large')
})

it.each([
  ['small', generationOf('next', { a: [1, 0] })],
  ['large', large],
])('goes on with the former generation until a %s one is laid out', async (_, next) => {
  live = small
  expect(servedId()).toBe('small')
  live = next
  expect(servedId()).toBe('small')
  await untilServed(next.id)
  expect(listeners).toBe(1)
})

it('lays out only the last of several large generations', async () => {
  live = small
  serving.current()
  live = large
  serving.current()
  live = larger
  const seen = new Set<string | undefined>()
  while (servedId() !== 'larger') {
    seen.add(servedId())
    await setImmediate()
  }
  expect([...seen]).toEqual(['small'])
  await setImmediate()
  expect(listeners).toBe(1)
})

it('stays with the generation that is live again', async () => {
  live = small
  serving.current()
  live = large
  serving.current()
  live = small
  for (let n = 0; n < 200; n++) {
    expect(servedId()).toBe('small')
    await setImmediate()
  }
})

describe('where the newcomers of a generation take their time', () => {
  const next = generationOf('next', { a: [1, 0] })
  const newest = generationOf('newest', { a: [1, 0] })
  const never = new Promise<void>(() => {})

  /** The next generation is laid out, but for them. */
  async function untilFollowed(id: string): Promise<void> {
    while (!followed.includes(id)) {
      serving.current()
      await setImmediate()
    }
  }

  it('goes on with the former one until they have begun', async () => {
    const begun = Promise.withResolvers<void>()
    beginnings.next = begun.promise
    live = small
    serving.current()
    live = next
    await untilFollowed('next')
    for (let n = 0; n < 20; n++, await setImmediate()) expect(servedId()).toBe('small')
    const settled = serving.settled()
    begun.resolve()
    await settled
    expect(servedId()).toBe('next')
    expect({ followed, listeners, givenBack: givenBack.length }).toEqual({
      followed: ['next'],
      listeners: 1,
      givenBack: 1,
    })
  })

  it('does so for a while and no longer', async () => {
    serving = open(20)
    beginnings.next = never
    live = small
    serving.current()
    live = next
    await serving.settled()
    expect(servedId()).toBe('next')
  })

  it('serves it without them where there was none', async () => {
    beginnings = { small: never, large: never }
    live = small
    expect(servedId()).toBe('small')
    live = undefined
    serving.current()
    live = large
    await serving.settled()
    expect(servedId()).toBe('large')
  })

  it.each([
    ['a newer one', newest],
    ['the former one', small],
    ['none', undefined],
  ])('gives it up when %s is live', async (_, other) => {
    beginnings.next = never
    live = small
    serving.current()
    live = next
    await untilFollowed('next')
    const settled = serving.settled()
    live = other
    await serving.settled()
    await settled
    expect(servedId()).toBe(other?.id)
    expect(followed).toEqual(other ? [other.id] : [])
    expect(listeners).toBe(other ? 1 : 0)
    expect(givenBack).toHaveLength(other === small ? 1 : 2)
  })

  it('gives it up when it is closed', async () => {
    beginnings.next = never
    live = small
    serving.current()
    live = next
    await untilFollowed('next')
    const settled = serving.settled()
    serving.close()
    await settled
    expect({ followed, listeners, givenBack: givenBack.length }).toEqual({ followed: [], listeners: 0, givenBack: 2 })
  })
})

it('leaves searches that take long to other threads, and finishes them in the generation they began in', async () => {
  live = large
  await serving.settled()
  const { shelf } = serving.current() as ServedGeneration
  const { topK: search } = shelf.preferences
  const { hidden } = shelf
  const user = Float32Array.from({ length: 256 }, (_, n) => Math.cos(n))
  expect(await search(user, 5, hidden(undefined))).toEqual(topK(large.items.factors, user, 5))
  expect(onThreads).toEqual([])
  const found = search(user, 2000, hidden(undefined))
  live = small
  await untilServed('small')
  expect(await found).toEqual(topK(large.items.factors, user, 2000))
  expect(onThreads).toEqual(['2000 of 4096'])
  expect(givenBack).toHaveLength(1)
})

it('works on few memories, however often it switches', async () => {
  for (let n = 0; n < 60; n++) {
    live = n % 10 === 9 ? largeGeneration(`large ${n}`) : generationOf(`g${n}`, { a: [1, n] })
    serving.current()
    // Some large ones are given up.
    if (n % 20 !== 9) await serving.settled()
    for (const workspace of givenBack.slice(-1)) workspace.dispose()
  }
  expect(givenBack.length).toBeGreaterThan(50)
  expect(new Set(givenBack.map(({ memory }) => memory)).size).toBeLessThan(6)
})

it('lays out nothing once it is closed', async () => {
  live = small
  expect(servedId()).toBe('small')
  serving.close()
  for (live of [small, large]) {
    await serving.settled()
    expect(servedId()).toBeUndefined()
  }
  expect(listeners).toBe(0)
})

it.each([
  ['small', () => generationOf('broken', { a: [1, 0] })],
  ['large', () => largeGeneration('broken')],
])('stays with the former generation where a %s one cannot be laid out', async (_, broken) => {
  live = small
  expect(servedId()).toBe('small')
  live = broken()
  for (let n = 0; n < 3; n++) expect(servedId()).toBe('small')
  await serving.settled()
  expect(servedId()).toBe('small')
  expect(listeners).toBe(1)
  expect(givenBack).toEqual([])
  live = generationOf('next', { a: [1, 0] })
  await untilServed('next')
})
