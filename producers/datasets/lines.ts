import { isUtf8 } from 'node:buffer'
import type { Place } from './dataset.ts'
import type { RawLine } from './records.ts'

const NEWLINE = 0x0a
const QUOTE = 0x22
/** Read, parsed and published together: some 5,000 ratings. */
const BLOCK_BYTES = 128 << 10
/** A longer line is no rating and no film. Also the most that an unclosed quote can hold in memory. */
const MAX_LINE_BYTES = 1 << 20

interface Block {
  readonly lines: RawLine[]
  readonly end: Place
}

/**
 * Splits a stream into numbered lines, a block of them at a time.
 *
 * @param from    the place at which the stream begins
 * @param quoted  a newline between two double quotes does not end a block, so that such a record is never torn
 */
export async function* readLines(stream: AsyncIterable<Buffer>, from: Place, quoted: boolean): AsyncGenerator<Block> {
  let place = from
  let rest: Buffer = Buffer.alloc(0)
  /** Inside a line that is too long: everything up to its end is dropped. */
  let dropping = false

  const take = (bytes: Buffer): Block => {
    const lines = decode(bytes, place)
    place = after(place, lines.length, bytes.length)
    return { lines, end: place }
  }

  for await (let bytes of gather(stream)) {
    if (dropping) {
      const end = bytes.indexOf(NEWLINE) + 1
      place = after(place, end > 0 ? 1 : 0, end > 0 ? end : bytes.length)
      if (end === 0) continue
      bytes = bytes.subarray(end)
      dropping = false
    }
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const whole = wholeRecords(rest, quoted) || (rest.length > MAX_LINE_BYTES ? rest.lastIndexOf(NEWLINE) + 1 : 0)
    if (whole > 0) {
      yield take(rest.subarray(0, whole))
      rest = rest.subarray(whole)
    }
    if (rest.length > MAX_LINE_BYTES && !rest.includes(NEWLINE)) {
      const text = rest.toString('latin1', 0, 200)
      const fault = `longer than ${MAX_LINE_BYTES} bytes`
      place = after(place, 0, rest.length)
      yield { lines: [{ line: place.lines + 1, text, fault }], end: place }
      rest = rest.subarray(rest.length)
      dropping = true
    }
  }
  if (rest.length > 0) yield take(rest)
}

/** However small the pieces come (a zip gives 16 KiB at a time), blocks are of one size. */
async function* gather(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = []
  let length = 0
  for await (const piece of stream) {
    pieces.push(piece)
    length += piece.length
    if (length < BLOCK_BYTES) continue
    yield Buffer.concat(pieces, length)
    pieces = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(pieces, length)
}

const after = (place: Place, lines: number, bytes: number): Place => ({
  lines: place.lines + lines,
  bytes: place.bytes + bytes,
})

/** @returns how many bytes hold only whole records: up to the last newline that is not between quotes */
function wholeRecords(bytes: Buffer, quoted: boolean): number {
  const newline = bytes.lastIndexOf(NEWLINE)
  if (!quoted) return newline + 1
  let open = -1
  for (let at = bytes.indexOf(QUOTE); at !== -1 && at < newline; at = bytes.indexOf(QUOTE, at + 1))
    open = open === -1 ? at : -1
  return (open === -1 ? newline : bytes.lastIndexOf(NEWLINE, open)) + 1
}

/** ml-1m is Latin-1, everything newer UTF-8. Latin-1 with an accent is practically never valid UTF-8. */
function decode(bytes: Buffer, start: Place): RawLine[] {
  let text = isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1')
  if (start.bytes === 0 && text.startsWith('\uFEFF')) text = text.slice(1)
  if (text.endsWith('\n')) text = text.slice(0, -1)
  return text.split('\n').map((line, index) => ({
    line: start.lines + index + 1,
    text: line.endsWith('\r') ? line.slice(0, -1) : line,
  }))
}
