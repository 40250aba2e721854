import { Refusal } from './refusal.ts'

/** Where something ends that begins at a place: a column's preamble, and its values for so many rows. */
export interface Extent {
  preamble(at: number): number
  values(source: Buffer, at: number, rows: number): number
}

/** Letters of one: every part of it is looked at in every block. */
const MAX_TYPE_LENGTH = 8_000

const WIDTHS: Readonly<Record<string, number>> = {
  ...{ Int8: 1, UInt8: 1, Bool: 1, Enum8: 1, Nothing: 1, Int16: 2, UInt16: 2, Enum16: 2, Date: 2, BFloat16: 2 },
  ...{ Int32: 4, UInt32: 4, Float32: 4, Date32: 4, DateTime: 4, IPv4: 4, Decimal32: 4, Time: 4 },
  ...{ Int64: 8, UInt64: 8, Float64: 8, DateTime64: 8, Decimal64: 8, Time64: 8 },
  ...{ Int128: 16, UInt128: 16, UUID: 16, IPv6: 16, Decimal128: 16, Int256: 32, UInt256: 32, Decimal256: 32 },
}

/**
 * Made once for all blocks of an answer.
 * @throws Refusal for a type whose values do not tell their length, and for one that is too long
 */
export function extentOf(type: string): Extent {
  if (type.length > MAX_TYPE_LENGTH)
    throw new Refusal(
      'NOT_IMPLEMENTED',
      `A type of more than ${MAX_TYPE_LENGTH} letters cannot be given to this client: cast it to String`,
    )
  return extentOfType(readType(type))
}

function extentOfType({ name, parts }: Type): Extent {
  const [first, last] = [parts[0] ?? NO_TYPE, parts.at(-1) ?? NO_TYPE]
  const digits = Number(first.name)
  const width = name === 'Decimal' ? decimalWidth(digits) : name === 'FixedString' ? digits : WIDTHS[name]
  if (width !== undefined || name.startsWith('Interval')) return fixed(width ?? 8)
  if (name === 'String') return { preamble: (at) => at, values: afterTexts }
  const inner = (): Extent => inSequence(parts.map(extentOfType))
  if (name === 'Nullable') return inSequence([fixed(1), inner()])
  const named = (): Extent => inSequence(parts.map((part) => extentOfType(withoutName(part))))
  if (name === 'Tuple') return parts.length === 0 ? fixed(1) : named()
  if (name === 'Nested') return inLists(named())
  if (name === 'Array' || name === 'Map') return inLists(inner())
  if (name === 'LowCardinality')
    return inDictionary(extentOfType(first.name === 'Nullable' ? (first.parts[0] ?? NO_TYPE) : first))
  if (name === 'SimpleAggregateFunction') return extentOfType(last)
  throw new Refusal('NOT_IMPLEMENTED', `Values of ${name} cannot be given to this client: cast them to String`)
}

const fixed = (width: number): Extent => ({ preamble: (at) => at, values: (_, at, rows) => at + width * rows })

const decimalWidth = (digits: number): number => (digits <= 9 ? 4 : digits <= 18 ? 8 : digits <= 38 ? 16 : 32)

function inSequence(extents: readonly Extent[]): Extent {
  return {
    preamble: (at) => extents.reduce((end, extent) => extent.preamble(end), at),
    values: (source, at, rows) => extents.reduce((end, extent) => extent.values(source, end, rows), at),
  }
}

/** The end of each list among all values, and these. */
function inLists(values: Extent): Extent {
  return {
    preamble: values.preamble,
    values(source, at, rows) {
      const end = at + 8 * rows
      return values.values(source, end, rows === 0 ? 0 : Number(source.readBigUInt64LE(end - 8)))
    },
  }
}

/** Several dictionaries one after another, each with the values in it and the place of each row's there. */
function inDictionary(values: Extent): Extent {
  return {
    preamble: (at) => at + 8,
    values(source, start, rows) {
      let at = start
      for (let read = 0; read < rows; ) {
        const flags = Number(source.readBigUInt64LE(at))
        at += 8
        if (flags & 0x200) at = values.values(source, at + 8, Number(source.readBigUInt64LE(at)))
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
export function readNumber(source: Buffer, start: number): [value: number, end: number] {
  let [value, factor, at] = [0, 1, start]
  for (;;) {
    const byte = source.readUInt8(at++)
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return [value, at]
    factor *= 128
  }
}

interface Type {
  /** In a tuple, that of the part may stand before it. */
  name: string
  readonly parts: Type[]
}

const NO_TYPE: Type = { name: '', parts: [] }
const TOKENS = /'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[(),]|[^'`(),]+/gs

/** Name and what stands between its brackets, at every depth, read once. */
function readType(text: string): Type {
  const whole: Type = { name: '', parts: [] }
  const open: Type[] = []
  let type = whole
  const begin = (): void => {
    type = { name: '', parts: [] }
    open.at(-1)?.parts.push(type)
  }
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '(') {
      open.push(type)
      begin()
    } else if (token === ',') begin()
    else if (token === ')') {
      const outer = open.pop() ?? whole
      // Of empty brackets.
      if (type.name === '') outer.parts.pop()
      type = outer
    } else type.name = `${type.name}${token}`.trimStart()
  }
  return whole
}

/** A tuple's part may have a name before its type. */
const withoutName = ({ name, parts }: Type): Type => ({
  name: name.replace(/^(?:`(?:[^`\\]|\\.)*`|\w+) (?=\w)/s, ''),
  parts,
})
