import { expect, it } from 'vitest'
import { encodeEvent } from './codec.ts'
import { readItem } from './read-item.ts'
import type { Item } from './types.ts'

const heat: Item = {
  type: 'item',
  itemId: 'heat',
  title: 'Heat',
  genres: ['Crime'],
  year: 1995,
  poster: null,
  available: true,
  attributes: {},
  updatedAt: 1,
}
const read = (item: Partial<Item>, key = 'heat') => readItem({ key, value: encodeEvent({ ...heat, ...item }) })

it('gives the item, and null where it is deleted', () => {
  expect(read({})).toEqual({ item: heat })
  expect(readItem({ key: 'heat', value: null })).toEqual({ item: null })
})

it.each([
  ['updatedAt', { updatedAt: 9e15 }],
  ['updatedAt', { updatedAt: -1 }],
  ['year', { year: 123456 }],
  ['title', { title: 'x'.repeat(1e5) }],
  ['poster', { poster: 'javascript:1' }],
  ['key', { itemId: 'other' }],
])('refuses what no gateway lets through: %s of %j', (part, item) => {
  expect(read(item)).toEqual({ reason: expect.stringContaining(part) })
})

it('refuses what is another event, or none', () => {
  const erased = encodeEvent({ type: 'user-erased', eventId: crypto.randomUUID(), userId: 'u', occurredAt: 1 })
  expect(readItem({ key: 'heat', value: erased })).toEqual({ reason: expect.stringContaining('user-erased') })
  expect(readItem({ key: 'heat', value: Buffer.of(1) })).toEqual({ reason: expect.stringContaining('too few') })
})
