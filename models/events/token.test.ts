import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeToken, encodeToken } from './token.ts'

const position = fc.record({ partition: fc.nat(59), offset: fc.nat(2 ** 35) })

it('gives back the log and the highest offset of each partition, in at most 512 characters', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.array(position, { maxLength: 1000, size: 'max' }), (logId, positions) => {
      const token = encodeToken(logId, positions)
      expect(token.length).toBeLessThanOrEqual(512)
      const decoded = decodeToken(token)
      expect(decoded?.logId).toBe(logId)
      for (const { partition, offset } of decoded?.positions ?? []) {
        expect(offset).toBe(Math.max(...positions.filter((p) => p.partition === partition).map((p) => p.offset)))
      }
      expect(decoded?.positions).toHaveLength(new Set(positions.map((p) => p.partition)).size)
    }),
  )
})

it('tells what stands on topic `items` from what stands on topic `ratings`', () => {
  const positions = [{ partition: 0, offset: 7 }]
  const items = [{ partition: 0, offset: 9 }]
  const logId = crypto.randomUUID()
  expect(decodeToken(encodeToken(logId, positions, items))).toEqual({ logId, positions, items })
  expect(decodeToken(encodeToken(logId, [], items))).toEqual({ logId, positions: [], items })
})

it.each(['', 'x', 'not a token', '../../etc', 'A'.repeat(513), Buffer.alloc(17, 0xff).toString('base64url')])(
  'takes %j for no token',
  (text) => {
    expect(decodeToken(text)).toBeUndefined()
  },
)

it('takes partitions that add up to more than a number holds for no token', () => {
  const past = encodeToken(crypto.randomUUID(), [{ partition: Number.MAX_SAFE_INTEGER, offset: 1 }])
  expect(decodeToken(past)).toBeDefined()
  const more = Buffer.concat([Buffer.from(past, 'base64url'), Buffer.of(1, 1)])
  expect(decodeToken(more.toString('base64url'))).toBeUndefined()
})

it('never throws, whatever it is given', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void decodeToken(text)))
})
