import { z } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import { listParameters, selection } from './list-query.ts'

const schema = z.strictObject(selection)
const comedy = { field: 'genres', has: 'Comedy' }

/** Where faults are, and what is said of them. */
const faultsOf = (body: object): string[] =>
  schema.safeParse(body).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

describe('what is skipped', () => {
  it('is no more than a list is told of, and whoever asks for more hears what to do', () => {
    expect(faultsOf({ skip: 10_000 })).toEqual([])
    const advice = 'a genre or a filter brings up what stands further down'
    expect(faultsOf({ skip: 10_001 })).toEqual([`skip: Expected at most 10000: ${advice}`])
    const given = z.strictObject(listParameters).safeParse({ skip: '10001' })
    const message = `Expected a whole number from 0 to 10000: ${advice}`
    expect(given.error?.issues).toMatchObject([{ path: ['skip'], message }])
    const twice = z.strictObject(listParameters).safeParse({ skip: ['1', '2'] })
    expect(twice.error?.issues).toMatchObject([{ path: ['skip'], message }])
  })
})

describe('a filter by time', () => {
  const filterOf = (filter: object) => schema.safeParse({ filter }).data?.filter
  const ms = Date.UTC(2026, 0, 31)

  it('takes a text for what it means, at any depth', () => {
    const text = '2026-01-31T01:00:00+01:00'
    const given = { not: [{ any: [{ all: [{ field: 'updatedAt', gte: text, lte: ms, in: [text, 5] }] }] }] }
    const read = { not: [{ any: [{ all: [{ field: 'updatedAt', gte: ms, lte: ms, in: [ms, 5] }] }] }] }
    expect(filterOf(given)).toEqual(read)
    expect(filterOf({ field: 'title', has: text })).toEqual({ field: 'title', has: text })
  })

  it.each(['yesterday', '2026-01-31T00:00:00', '2026-13-31T00:00:00Z', true, Number.NaN])('is none by %s', (gte) => {
    expect(faultsOf({ filter: { field: 'updatedAt', gte } })).toEqual([
      'filter.gte: Expected ISO 8601 with a zone, or milliseconds since 1970',
    ])
  })
})

describe('what multiplies scores', () => {
  it.each([1e-3, 0.5, 1e3])('may be %d', (factor) => {
    expect(faultsOf({ boost: [{ filter: comedy, factor }] })).toEqual([])
  })

  it.each([0, -1, 1e-320, 9e-4, 1001, Number.NaN, Number.POSITIVE_INFINITY])('is not %d', (factor) => {
    expect(faultsOf({ boost: [{ filter: comedy, factor }] })).toEqual([expect.stringContaining('boost.0.factor: ')])
  })

  it.each([0, 0.001, -1, 1e7])('halves in no %d days', (halfLifeDays) => {
    const faults = faultsOf({ decay: { field: 'year', halfLifeDays } })
    expect(faults).toEqual([expect.stringContaining('decay.halfLifeDays: ')])
  })

  it('goes by a field that holds a time', () => {
    const faultsBy = (field: string) => faultsOf({ decay: { field, halfLifeDays: 30 } })
    for (const field of ['year', 'updatedAt', 'attributes.released']) expect(faultsBy(field)).toEqual([])
    for (const field of ['title', 'genres', 'available', 'itemId', 'attributes.'])
      expect(faultsBy(field)).toEqual(['decay.field: Expected year, updatedAt or attributes.NAME'])
  })
})
