import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { UserRecord } from '../port.ts'
import { exampleRecord, type Opened, writersOf } from './examples.fixture.ts'

/** What comes back is what came in, of whomever. */
export function recordsContract(at: Opened): void {
  const { write } = writersOf(at)

  describe('users', () => {
    it('keeps tombstones, superseded events and the bits of the vector', async () => {
      const bits = Uint32Array.of(0x7fc00001, 0x80000000, 0x00000001, 0x3f800000)
      const entry = {
        value: null,
        occurredAt: 1,
        offset: 4,
        eventId: 'not a UUID',
        superseded: [randomUUID(), 'x', ''],
      }
      const record: UserRecord = {
        ...exampleRecord('ada', 4),
        history: new Map([['i', { itemId: 'i', ...entry }]]),
        vector: new Float32Array(bits.buffer),
      }
      await write(record)
      const read = await at.state.read('ada')
      expect(read?.history).toEqual(record.history)
      expect(new Uint32Array(read?.vector?.buffer ?? new ArrayBuffer())).toEqual(bits)
      const unsolved = { ...exampleRecord('ada', 5), vector: undefined, generation: undefined }
      await write(unsolved, 4)
      expect(await at.state.read('ada')).toEqual(unsolved)
    })

    it('keeps a history of 10,000 ratings', async () => {
      const record = exampleRecord('ada', 10_000, 10_000)
      await write(record)
      expect(await at.state.read('ada')).toEqual(record)
    })

    it('keeps users apart whatever their ids look like', async () => {
      const ids = [
        '1',
        '01',
        ' 1',
        '{1}',
        '{}',
        '}',
        'a}b{c',
        'user:1',
        'Å',
        'A\u030a',
        '😀',
        '*',
        '\\',
        '%',
        "'",
        '愛'.repeat(128),
      ]
      await at.state.writeMany(
        ids.map((userId, i) => ({ userId, next: exampleRecord(userId, i), expectedOffset: undefined })),
      )
      expect((await at.state.readMany(ids)).map((record) => record?.appliedOffset)).toEqual(ids.map((_, i) => i))
      expect((await Array.fromAsync(at.state.scan())).map(({ userId }) => userId).toSorted()).toEqual(ids.toSorted())
    })

    it('scans every record once', async () => {
      const ids = Array.from({ length: 2_500 }, (_, i) => `user ${i}`)
      await at.state.writeMany(
        ids.map((userId, i) => ({ userId, next: exampleRecord(userId, i), expectedOffset: undefined })),
      )
      const scanned = await Array.fromAsync(at.state.scan())
      expect(scanned.map(({ userId }) => userId).toSorted()).toEqual(ids.toSorted())
      expect(scanned[0]?.history.size).toBe(3)
    })
  })
}
