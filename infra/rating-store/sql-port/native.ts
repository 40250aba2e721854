import { Refusal } from './refusal.ts'

/** From this version on a byte before each column's values says how they are written: here always the plain way, 0. */
const WITH_SERIALIZATION = 54_454
/** What stands before each block for a client that tells its version: not of overflows, of no bucket. */
const BLOCK_INFO = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0])

/** Where something ends that begins at a place: a column's preamble, and its values for so many rows. */
interface Extent {
  preamble(at: number): number
  values(at: number, rows: number): number
}

/**
 * Blocks of format Native as a client reads them that says `client_protocol_version`, as clickhouse-go does, on which Grafana's
 * plugin stands: a few bytes more before each block and each column. chdb has no way to be told the version, so they are put in here,
 * for which the length of every column has to be found. No more than a block or two is held at a time.
 * @param source  as chdb writes them, for no version, in pieces of any length
 * @throws Refusal for a type whose values do not tell their length
 */
export async function* nativeFor(version: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let [held, wanted] = [0, 0]
  function* blocks() {
    let rest = Buffer.concat(pieces)
    for (let block = blockFor(version, rest); block !== undefined; block = blockFor(version, rest)) {
      yield block.made
      rest = rest.subarray(block.length)
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

/** The first block, and how long it is in the source; undefined: it does not end there. */
function blockFor(version: number, source: Buffer): { made: Uint8Array; length: number } | undefined {
  if (source.length === 0) return undefined
  try {
    return madeOf(version, source)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** @throws RangeError where the source ends before the block */
function madeOf(version: number, source: Buffer): { made: Uint8Array; length: number } {
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
    const { preamble, values } = extentOf(type, source)
    moveTo(values(preamble(at), rows))
  }
  parts.push(source.subarray(begin, at))
  return { made: Buffer.concat(parts), length: at }
}

const WIDTHS: Readonly<Record<string, number>> = {
  ...{ Int8: 1, UInt8: 1, Bool: 1, Enum8: 1, Nothing: 1, Int16: 2, UInt16: 2, Enum16: 2, Date: 2, BFloat16: 2 },
  ...{ Int32: 4, UInt32: 4, Float32: 4, Date32: 4, DateTime: 4, IPv4: 4, Decimal32: 4, Time: 4 },
  ...{ Int64: 8, UInt64: 8, Float64: 8, DateTime64: 8, Decimal64: 8, Time64: 8 },
  ...{ Int128: 16, UInt128: 16, UUID: 16, IPv6: 16, Decimal128: 16, Int256: 32, UInt256: 32, Decimal256: 32 },
}

function extentOf(type: string, source: Buffer): Extent {
  const { name, parts } = readType(type)
  const width = name === 'Decimal' ? decimalWidth(parts) : name === 'FixedString' ? Number(parts[0]) : WIDTHS[name]
  if (width !== undefined || name.startsWith('Interval')) return fixed(width ?? 8)
  const inner = (): Extent[] => parts.map((part) => extentOf(part, source))
  if (name === 'String') return { preamble: (at) => at, values: (at, rows) => afterTexts(source, at, rows) }
  if (name === 'Nullable') return inSequence([fixed(1), ...inner()])
  const named = (): Extent => inSequence(parts.map((part) => extentOf(withoutName(part), source)))
  if (name === 'Tuple') return parts.length === 0 ? fixed(1) : named()
  if (name === 'Nested') return inLists(named(), source)
  if (name === 'Array' || name === 'Map') return inLists(inSequence(inner()), source)
  if (name === 'LowCardinality')
    return inDictionary(extentOf((parts[0] ?? '').replace(/^Nullable\((.*)\)$/, '$1'), source), source)
  if (name === 'SimpleAggregateFunction') return extentOf(parts.at(-1) ?? '', source)
  throw new Refusal('NOT_IMPLEMENTED', `Values of ${type} cannot be given to this client: cast them to String`)
}

const fixed = (width: number): Extent => ({ preamble: (at) => at, values: (at, rows) => at + width * rows })

/** By how many digits there are. */
const decimalWidth = ([digits]: readonly string[]): number =>
  Number(digits) <= 9 ? 4 : Number(digits) <= 18 ? 8 : Number(digits) <= 38 ? 16 : 32

function inSequence(extents: readonly Extent[]): Extent {
  return {
    preamble: (at) => extents.reduce((end, extent) => extent.preamble(end), at),
    values: (at, rows) => extents.reduce((end, extent) => extent.values(end, rows), at),
  }
}

/** The end of each list among all values, and these. */
function inLists(values: Extent, source: Buffer): Extent {
  return {
    preamble: values.preamble,
    values(at, rows) {
      const end = at + 8 * rows
      return values.values(end, rows === 0 ? 0 : Number(source.readBigUInt64LE(end - 8)))
    },
  }
}

/** Several dictionaries one after another, each with the values in it and the place of each row's there. */
function inDictionary(values: Extent, source: Buffer): Extent {
  return {
    preamble: (at) => at + 8,
    values(start, rows) {
      let at = start
      for (let read = 0; read < rows; ) {
        const flags = Number(source.readBigUInt64LE(at))
        at += 8
        if (flags & 0x200) at = values.values(at + 8, Number(source.readBigUInt64LE(at)))
        const count = Number(source.readBigUInt64LE(at))
        at += 8 + count * 2 ** (flags & 0xff)
        read += count
      }
      return at
    },
  }
}

function afterTexts(source: Buffer, start: number, rows: number): number {
  let at = start
  for (let row = 0; row < rows; row++) {
    const first = source[at] ?? 0
    // Nearly all of them: a million in some 10 ms.
    if (first < 0x80) at += 1 + first
    else {
      const [length, end] = readNumber(source, at)
      at = end + length
    }
  }
  return at
}

/** Seven bits a byte, the lowest first. */
function readNumber(source: Buffer, start: number): [value: number, end: number] {
  let [value, factor, at] = [0, 1, start]
  for (;;) {
    const byte = source.readUInt8(at++)
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return [value, at]
    factor *= 128
  }
}

/** Name and what stands between its brackets, split at the commas that are in no others and in no quotes. */
function readType(type: string): { name: string; parts: string[] } {
  const [, name = type, inside] = /^(\w+)\((.*)\)$/s.exec(type) ?? []
  const parts: string[] = ['']
  let depth = 0
  for (const [token] of (inside ?? '').matchAll(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|./gs)) {
    depth += token === '(' ? 1 : token === ')' ? -1 : 0
    if (token === ',' && depth === 0) parts.push('')
    else parts.push(`${parts.pop()}${token}`)
  }
  return { name, parts: parts.map((part) => part.trim()).filter((part) => part !== '') }
}

/** A tuple's part may have a name before its type. */
const withoutName = (part: string): string => part.replace(/^(?:`(?:[^`\\]|\\.)*`|\w+) (?=\w)/s, '')
