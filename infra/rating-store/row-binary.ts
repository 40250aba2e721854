import { setImmediate } from 'node:timers/promises'

/**
 * ClickHouse's RowBinary: the values of a row one after another, without names, types or padding, integers little-endian.
 * https://clickhouse.com/docs/interfaces/formats/RowBinary
 */
export type RowBinary = ReturnType<typeof createRowBinary>

/** Encoded rows are handed on in pieces of about this size: one takes some 2 ms of the event loop. */
const CHUNK_BYTES = 256 * 1024
const TWO_32 = 2 ** 32

/** Value of a hexadecimal digit by its character code, 255 for any other character. */
const HEX = new Uint8Array(128).fill(255)
for (const digit of '0123456789abcdefABCDEF') HEX[digit.charCodeAt(0)] = Number.parseInt(digit, 16)

/** In a UUID's text, where the two digits of each byte begin, in the order RowBinary wants: two 64-bit halves, each little-endian. */
const UUID_BYTES = [16, 14, 11, 9, 6, 4, 2, 0, 34, 32, 30, 28, 26, 24, 21, 19]
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Encodes rows piece by piece and lets the event loop turn between two pieces. A worker thread would not: cloning the rows
 * into it stalls the loop for longer than encoding them here.
 */
export async function* encodeRows<Row>(
  rows: readonly Row[],
  encode: (to: RowBinary, row: Row) => void,
): AsyncGenerator<Buffer> {
  const writer = createRowBinary()
  for (const row of rows) {
    encode(writer, row)
    if (writer.length() < CHUNK_BYTES) continue
    yield writer.take()
    await setImmediate()
  }
  yield writer.take()
}

/** A growing buffer with a method for each ClickHouse type in use. */
function createRowBinary() {
  let bytes = Buffer.allocUnsafe(CHUNK_BYTES * 2)
  let end = 0

  /** Makes room for `size` more bytes. @returns where they begin */
  function reserve(size: number): number {
    if (end + size > bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, end + size))
      bytes.copy(larger, 0, 0, end)
      bytes = larger
    }
    end += size
    return end - size
  }

  /** Unsigned LEB128: the length of a string or an array. */
  function length(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      bytes[reserve(1)] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[reserve(1)] = rest
  }

  const writer = {
    uint8(value: number): void {
      bytes[reserve(1)] = value
    },
    uint32(value: number): void {
      bytes.writeUInt32LE(value, reserve(4))
    },
    int32(value: number): void {
      bytes.writeInt32LE(value, reserve(4))
    },
    /** Int64 or UInt64, of an integer that a double holds exactly. A DateTime64(3) is its milliseconds. */
    int64(value: number): void {
      const high = Math.floor(value / TWO_32)
      const at = reserve(8)
      bytes.writeUInt32LE(value - high * TWO_32, at)
      bytes.writeInt32LE(high, at + 4)
    },
    /** @throws RangeError when the value is not finite: one NaN in a table spoils every sum over it */
    float64(value: number): void {
      if (!Number.isFinite(value)) throw new RangeError(`expected a finite number, not ${value}`)
      bytes.writeDoubleLE(value, reserve(8))
    },
    /** @throws RangeError when the text is not a UUID */
    uuid(text: string): void {
      if (!UUID.test(text)) throw new RangeError(`not a UUID: ${JSON.stringify(text)}`)
      const at = reserve(16)
      for (let i = 0; i < 16; i++) {
        const digit = UUID_BYTES[i] as number
        bytes[at + i] = ((HEX[text.charCodeAt(digit)] as number) << 4) | (HEX[text.charCodeAt(digit + 1)] as number)
      }
    },
    string(text: string): void {
      const size = Buffer.byteLength(text)
      length(size)
      bytes.write(text, reserve(size))
    },
    strings(texts: readonly string[]): void {
      length(texts.length)
      for (const text of texts) writer.string(text)
    },
    float64s(values: readonly number[]): void {
      length(values.length)
      for (const value of values) writer.float64(value)
    },
    nullable<Value>(value: Value | null, write: (value: Value) => void): void {
      bytes[reserve(1)] = value === null ? 1 : 0
      if (value !== null) write(value)
    },
    length: () => end,
    /** What was written since the last call. */
    take(): Buffer {
      const taken = bytes.subarray(0, end)
      bytes = Buffer.allocUnsafe(CHUNK_BYTES * 2)
      end = 0
      return taken
    },
  }
  return writer
}
