import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CorruptRecordError } from './corrupt-record.ts'
import type { UserRecord } from './port.ts'
import { appliedOffsetOf, decodeUser, encodeUser } from './record.ts'
import { arbitraryUser } from './records.fixture.ts'

describe('codec of a user record', () => {
  it('gives back what it was given: bits of the vector, order of the history, every id', () => {
    fc.assert(
      fc.property(arbitraryUser, (record) => {
        const bytes = encodeUser(record)
        const read = decodeUser(record.userId, bytes)
        expect(read).toEqual(record)
        expect([...read.history.keys()]).toEqual([...record.history.keys()])
        expect(new Uint8Array(read.vector?.buffer ?? new ArrayBuffer())).toEqual(
          new Uint8Array(record.vector?.slice().buffer ?? new ArrayBuffer()),
        )
        expect(appliedOffsetOf(record.userId, bytes)).toBe(record.appliedOffset)
      }),
    )
  })

  it('reads from anywhere in a larger buffer, and keeps nothing of it', () => {
    const record: UserRecord = {
      userId: 'ada',
      history: new Map(),
      vector: Float32Array.of(1, Number.NaN, -0),
      generation: 'g',
      appliedOffset: 7,
    }
    const shared = Buffer.concat([Buffer.alloc(3), encodeUser(record)]).subarray(3)
    const read = decodeUser('ada', shared)
    shared.fill(0xff)
    expect(read).toEqual(record)
  })

  it('names the user whose bytes were changed or cut', () => {
    fc.assert(
      fc.property(arbitraryUser, fc.nat(), fc.integer({ min: 1, max: 255 }), (record, place, change) => {
        const bytes = encodeUser(record)
        const cut = bytes.subarray(0, place % bytes.length)
        const changed = Buffer.from(bytes)
        changed[place % bytes.length] = (bytes[place % bytes.length] ?? 0) ^ change
        for (const damaged of [cut, changed, Buffer.concat([bytes, Buffer.of(change)])]) {
          expect(() => decodeUser(record.userId, damaged)).toThrow(CorruptRecordError)
          expect(() => decodeUser(record.userId, damaged)).toThrow(JSON.stringify(record.userId))
        }
      }),
    )
  })
})
