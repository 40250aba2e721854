import { cityHash128 } from './city-hash.ts'

/** What ClickHouse calls a compressed block by LZ4. */
const LZ4 = 0x82
const CHECKSUM_BYTES = 16
/** The method, and the lengths of the block from here on and of what it holds. */
const HEADER_BYTES = 9
/** Held by a block at most, as in ClickHouse itself: what is longer some clients refuse, and is long to sum up. */
const MAX_BYTES = 1 << 20

/**
 * An answer in ClickHouse's own compressed blocks, which JDBC's driver and clickhouse-go ask for by `compress=1`. As they come from this
 * machine, nothing is gained by making them shorter: each is LZ4 that says of all bytes that they stand there as they are.
 * @param source  in pieces of any length
 */
export async function* blocksOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const piece of source)
    for (let from = 0; from < piece.length; from += MAX_BYTES) yield blockOf(piece.subarray(from, from + MAX_BYTES))
}

function blockOf(piece: Uint8Array): Buffer {
  const literals = lengthOf(piece.length)
  const packed = HEADER_BYTES + literals.length + piece.length
  const block = Buffer.alloc(CHECKSUM_BYTES + packed)
  let at = CHECKSUM_BYTES
  at = block.writeUInt8(LZ4, at)
  at = block.writeUInt32LE(packed, at)
  at = block.writeUInt32LE(piece.length, at)
  block.set(literals, at)
  block.set(piece, at + literals.length)
  block.set(cityHash128(block.subarray(CHECKSUM_BYTES)))
  return block
}

/** How LZ4 writes that so many bytes follow as they are, and nothing after them. */
function lengthOf(literals: number): Uint8Array {
  if (literals < 15) return Uint8Array.of(literals << 4)
  const beyond = literals - 15
  const bytes = new Uint8Array(2 + Math.floor(beyond / 255)).fill(255)
  bytes[0] = 15 << 4
  bytes[bytes.length - 1] = beyond % 255
  return bytes
}
