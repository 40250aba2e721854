import fc from 'fast-check'
import { Partitioners } from 'kafkajs'
import { expect, it } from 'vitest'
import { murmur2, partitionOf } from './partition.ts'

/** As Kafka's own clients are tested. */
const VECTORS: [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
]

it.each(VECTORS)('hashes %s as Java does', (text, expected) => {
  expect(murmur2(Buffer.from(text))).toBe(expected)
})

it('chooses the partition that kafkajs chooses by its Java-compatible partitioner', () => {
  const theirs = Partitioners.DefaultPartitioner()
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 100 }),
      (key, count) => {
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
          partitionId,
          leader: 0,
          partitionErrorCode: 0,
          replicas: [],
          isr: [],
        }))
        const partition = theirs({ topic: 't', partitionMetadata, message: { key, value: null } })
        expect(partitionOf(key, count)).toBe(partition)
      },
    ),
  )
})
