import { expect } from 'vitest'
import { StoredHistory } from './stored-history.ts'

const asMap = (value: unknown): unknown => (value instanceof StoredHistory ? new Map(value.entries()) : value)

/** To tests a history is what stands in it, however it is kept. */
expect.addEqualityTesters([
  function (this: { equals(a: unknown, b: unknown): boolean }, a: unknown, b: unknown) {
    if (!(a instanceof StoredHistory) && !(b instanceof StoredHistory)) return undefined
    return this.equals(asMap(a), asMap(b))
  },
])
