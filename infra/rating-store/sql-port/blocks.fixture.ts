import { cityHash128 } from './city-hash.ts'

/**
 * What ClickHouse's compressed blocks hold, as its clients read them.
 * @throws Error for a wrong checksum, or another method than LZ4
 */
export function unpacked(blocks: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < blocks.length; ) {
    const length = blocks.readUInt32LE(at + 17)
    const packed = blocks.subarray(at + 16, at + 16 + length)
    if (!cityHash128(packed).equals(blocks.subarray(at, at + 16))) throw new Error('the checksum is of other bytes')
    if (packed[0] !== 0x82) throw new Error('this is no LZ4')
    parts.push(lz4(packed.subarray(9), packed.readUInt32LE(5)))
    at += 16 + length
  }
  return Buffer.concat(parts)
}

/** Of one run of literals, as all of ours are. */
function lz4(packed: Buffer, length: number): Buffer {
  let [at, literals] = [1, packed.readUInt8(0) >> 4]
  if (literals === 15)
    for (let byte = 255; byte === 255; literals += byte) {
      byte = packed.readUInt8(at)
      at += 1
    }
  if (literals !== length || at + literals !== packed.length)
    throw new Error('literals are told to be of another length')
  return packed.subarray(at)
}
