import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { openEmbeddedLog } from '../../infra/event-log/embedded.ts'
import { readErasures } from '../../infra/event-log/erasures.ts'
import type { EventLog } from '../../infra/event-log/port.ts'
import { openFolderModelStore } from '../../infra/model-store/folder.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import { encodeEvent } from '../../models/events/codec.ts'
import { takeOutErased } from '../als-rebuild/without-erased.ts'
import { append, erased, generationOf, newFolder, rated, removeFolders, STARS } from '../events.fixture.ts'
import { findErasures } from '../find-erasures.ts'
import { recommendedAsOf } from './as-of.ts'

const ITEMS = ['a', 'b', 'c', 'd', 'e']

let log: EventLog
let models: ModelStore
beforeEach(async () => {
  const folder = await newFolder()
  log = await openEmbeddedLog(join(folder, 'log'), STARS)
  models = await openFolderModelStore(join(folder, 'models'))
})
afterEach(async () => {
  await models.close()
  await log.close()
})
afterAll(removeFolders)

/** A moment that is neither that of what came before nor that of what comes after. */
async function moment(): Promise<number> {
  await sleep(3)
  const now = Date.now()
  await sleep(3)
  return now
}

async function serve(id: string): Promise<void> {
  await models.publish({ ...generationOf(id, ITEMS), createdAt: Date.now() })
  await models.activate(id, false)
}

const asOf = (time: number, userId = 'ann') => recommendedAsOf(log, models, { userId, time, limit: 3, maxHistory: 100 })

it('goes by the ratings that were on the log by then, and the generation that was live', async () => {
  await serve('first')
  // Of a time long before: what counts is when the log took it.
  await append(log, rated('ann', 'a', 5, { occurredAt: Date.UTC(2020, 0, 1) }))
  const before = await moment()
  await append(log, rated('ann', 'b', 5), rated('ann', 'a', null), rated('bob', 'c', 5))
  await serve('second')
  const after = await moment()
  await serve('third')
  await models.activate('first', true)
  const now = await moment()

  const [then, later, last] = [await asOf(before), await asOf(after), await asOf(now)]
  expect(then).toMatchObject({ generation: 'first', wasLive: true, ratings: 1, strategy: 'fold-in' })
  expect(then.items.map(({ itemId }) => itemId)).not.toContain('a')
  expect(later).toMatchObject({ generation: 'second', wasLive: true, ratings: 1 })
  expect(later.items.map(({ itemId }) => itemId)).not.toContain('b')
  expect(last).toMatchObject({ generation: 'first', wasLive: true })
  expect(then.items).not.toEqual(later.items)
})

it('says so where it goes by the oldest generation that is kept', async () => {
  const before = await moment()
  await serve('first')
  const then = await moment()
  for (const id of ['second', 'third']) await serve(id)
  expect(await asOf(before)).toMatchObject({ generation: 'first', wasLive: false })
  await models.remove('first')
  expect(await asOf(then)).toMatchObject({ generation: 'second', wasLive: false })
})

it('answers with what was popular where the model knew nothing of them, and titles of now', async () => {
  const item = { type: 'item', genres: [], year: null, poster: null, attributes: {}, updatedAt: 1 } as const
  const described = (itemId: string, title: string, available = true) => ({
    key: itemId,
    value: encodeEvent({ ...item, itemId, title, available }),
  })
  await serve('first')
  const then = await moment()
  await log.append('items', [described('a', 'Old'), described('a', 'New'), described('b', 'Hidden', false)])
  await log.append('items', [{ key: 'c', value: null }])
  const { strategy, items, ratings } = await asOf(then, 'nobody')
  expect({ strategy, ratings }).toEqual({ strategy: 'popular', ratings: 0 })
  expect(items.map(({ itemId, title }) => [itemId, title])).toEqual([
    ['a', 'New'],
    ['d', undefined],
    ['e', undefined],
  ])
})

it('finds the generation that was live when another has taken its place, without who was erased', async () => {
  await serve('first')
  const then = await moment()
  await serve('second')
  await append(log, erased('ann'))
  await findErasures(log)
  await takeOutErased(models, await readErasures(log), async () => {})
  await append(log, erased('bob'))
  await findErasures(log)
  await takeOutErased(models, await readErasures(log), async () => {})
  const found = await asOf(then)
  expect(found.wasLive).toBe(true)
  expect((await models.list()).find(({ id }) => id === found.generation)?.standsFor?.[0]).toBe('first')
})

it('tells nothing of what somebody did who was erased since', async () => {
  await serve('first')
  await append(log, rated('ann', 'a', 5))
  const before = await moment()
  await append(log, erased('ann'), rated('ann', 'b', 5))
  const after = await moment()
  expect(await asOf(before)).toMatchObject({ ratings: 0, isErasedSince: true, strategy: 'popular' })
  expect(await asOf(after)).toMatchObject({ ratings: 1, isErasedSince: false, strategy: 'fold-in' })
})

it('says what to do where there is no model', async () => {
  await expect(asOf(Date.now())).rejects.toThrow(/No model is kept.*npm run rebuild/)
})
