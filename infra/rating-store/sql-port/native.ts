import { setImmediate as othersTurn } from 'node:timers/promises'
import { type Extent, extentOf, readNumber } from './native-types.ts'

/** From this version on a byte before each column's values says how they are written: here always the plain way, 0. */
const WITH_SERIALIZATION = 54_454
/** What stands before each block for a client that tells its version: not of overflows, of no bucket. */
const BLOCK_INFO = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0])

/**
 * Blocks of format Native as a client reads them that says `client_protocol_version`, as clickhouse-go does, on which Grafana's
 * plugin stands: a few bytes more before each block and each column. chdb has no way to be told the version, so they are put in here,
 * for which the length of every column has to be found. No more than a block or two is held at a time, and others have the thread between
 * two of them.
 * @param source  as chdb writes them, for no version, in pieces of any length
 * @throws Refusal for a type whose values do not tell their length
 */
export async function* nativeFor(version: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let [held, wanted] = [0, 0]
  const extents = new Map<string, Extent>()
  const next = (rest: Buffer) => blockFor(version, rest, (type) => kept(extents, type))
  async function* blocks() {
    let rest = Buffer.concat(pieces)
    for (let block = next(rest); block !== undefined; block = next(rest)) {
      yield block.made
      rest = rest.subarray(block.length)
      await othersTurn()
    }
    // Looked at again when there is twice as much: a long block is not gone through for every piece of it.
    ;[pieces, held, wanted] = [[rest], rest.length, 2 * rest.length]
  }
  for await (const piece of source) {
    pieces.push(piece)
    held += piece.length
    if (held >= wanted) yield* blocks()
  }
  yield* blocks()
  if (held > 0) throw new Error('an answer of format Native ends within a block')
}

/** Every block names its types again. */
function kept(extents: Map<string, Extent>, type: string): Extent {
  const extent = extents.get(type) ?? extentOf(type)
  extents.set(type, extent)
  return extent
}

interface Block {
  readonly made: Uint8Array
  /** In the source. */
  readonly length: number
}

/** The first block; undefined: it does not end there. */
function blockFor(version: number, source: Buffer, extentFor: (type: string) => Extent): Block | undefined {
  if (source.length === 0) return undefined
  try {
    return madeOf(version, source, extentFor)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** @throws RangeError where the source ends before the block */
function madeOf(version: number, source: Buffer, extentFor: (type: string) => Extent): Block {
  const parts: Uint8Array[] = [BLOCK_INFO]
  let [begin, at] = [0, 0]
  const moveTo = (end: number): void => {
    if (end > source.length) throw new RangeError('more is to come')
    at = end
  }
  const number = (): number => {
    const [value, end] = readNumber(source, at)
    moveTo(end)
    return value
  }
  const text = (): string => {
    const length = number()
    moveTo(at + length)
    return source.toString('utf8', at - length, at)
  }
  const [columns, rows] = [number(), number()]
  for (let column = 0; column < columns; column++) {
    text()
    const type = text()
    parts.push(source.subarray(begin, at))
    if (version >= WITH_SERIALIZATION) parts.push(Buffer.from([0]))
    begin = at
    if (rows === 0) continue
    const { preamble, values } = extentFor(type)
    moveTo(values(source, preamble(at), rows))
  }
  parts.push(source.subarray(begin, at))
  return { made: Buffer.concat(parts), length: at }
}
