/** Writes numbers, and strings one after another; little-endian; grows as needed. */
export interface ByteWriter {
  u8(value: number): void
  f64(value: number): void
  /** A safe integer from 0 on, 7 bits a byte, lowest first. */
  varint(value: number): void
  /** A canonical UUID (lower case, hyphens) takes 17 bytes: 0 and its value; any other text its length + 1 and its UTF-8. */
  text(value: string): void
  raw(value: Uint8Array): void
  /** A copy of what was written. */
  finish(): Buffer
}

/** Reads what a `ByteWriter` wrote. Every method throws a `RangeError` at the end of the bytes, and for what none can have written. */
export interface ByteReader {
  u8(): number
  f64(): number
  varint(): number
  text(): string
  skipText(): void
  /** A copy, so that it is aligned and outlives the bytes. */
  raw(length: number): ArrayBuffer
  /** How many bytes are left. */
  remaining(): number
  /** @throws RangeError when bytes are left */
  end(): void
}

const UUID_LENGTH = 36
/** What the eighth byte of a varint counts: safe integers end within it. */
const LAST_UNIT = 2 ** 49
const HYPHEN = 45
const HYPHENS = [8, 13, 18, 23]
/** Where each byte of a UUID stands in its text, as two digits. */
const DIGITS_AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
/** Char codes of a byte's two digits. */
const DIGITS = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join(''))
/** Value of a lower-case hexadecimal digit by its char code; −1: it is none. */
const NIBBLES = new Int8Array(128).fill(-1)
for (let digit = 0; digit < 16; digit++) NIBBLES[digit.toString(16).charCodeAt(0)] = digit
/** Shorter texts are read and written character by character, as long as they are ASCII: crossing over to C++ takes longer. */
const SHORT = 12

/** @returns false, with nothing of use written, if `text` (36 characters) is not a canonical UUID */
function writeUuid(bytes: Buffer, start: number, text: string): boolean {
  for (const at of HYPHENS) if (text.charCodeAt(at) !== HYPHEN) return false
  for (let i = 0; i < 16; i++) {
    const at = DIGITS_AT[i] as number
    const high = NIBBLES[text.charCodeAt(at)] ?? -1
    const low = NIBBLES[text.charCodeAt(at + 1)] ?? -1
    if (high < 0 || low < 0) return false
    bytes[start + i] = (high << 4) | low
  }
  return true
}

const uuidText = Buffer.alloc(UUID_LENGTH, HYPHEN)

function readUuid(bytes: Buffer, start: number): string {
  for (let i = 0; i < 16; i++) {
    const digits = 2 * (bytes[start + i] as number)
    const at = DIGITS_AT[i] as number
    uuidText[at] = DIGITS[digits] as number
    uuidText[at + 1] = DIGITS[digits + 1] as number
  }
  return uuidText.toString('latin1')
}

/** @returns whether it was written: it is ASCII */
function writeAscii(bytes: Buffer, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return false
    bytes[start + i] = code
  }
  return true
}

function readText(bytes: Buffer, start: number, end: number): string {
  if (end - start > SHORT) return bytes.toString('utf8', start, end)
  let text = ''
  for (let i = start; i < end; i++) {
    const code = bytes[i] as number
    if (code >= 0x80) return bytes.toString('utf8', start, end)
    text += String.fromCharCode(code)
  }
  return text
}

let scratch = Buffer.allocUnsafeSlow(16 << 10)

/** The buffer is shared by all writers: the one that was made last is the only one to use. */
export function createByteWriter(): ByteWriter {
  let bytes = scratch
  let at = 0

  const reserve = (length: number) => {
    if (at + length <= bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, at + length))
    bytes.copy(larger, 0, 0, at)
    bytes = larger
    scratch = larger
  }
  const varint = (value: number) => {
    reserve(8)
    let rest = value
    while (rest >= 0x80) {
      bytes[at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    bytes[at++] = rest
  }
  return {
    varint,
    u8(value) {
      reserve(1)
      bytes[at++] = value
    },
    f64(value) {
      reserve(8)
      at = bytes.writeDoubleLE(value, at)
    },
    text(value) {
      if (value.length === UUID_LENGTH) {
        reserve(17)
        if (writeUuid(bytes, at + 1, value)) {
          bytes[at] = 0
          at += 17
          return
        }
      }
      if (value.length <= SHORT) {
        reserve(1 + SHORT)
        if (writeAscii(bytes, at + 1, value)) {
          bytes[at] = value.length + 1
          at += value.length + 1
          return
        }
      }
      const length = Buffer.byteLength(value)
      varint(length + 1)
      reserve(length)
      at += bytes.write(value, at)
    },
    raw(value) {
      reserve(value.length)
      bytes.set(value, at)
      at += value.length
    },
    finish: () => Buffer.from(bytes.subarray(0, at)),
  }
}

export function createByteReader(bytes: Buffer, start: number): ByteReader {
  let at = start

  /** Moves on by `length` bytes. @returns where they begin */
  const take = (length: number) => {
    if (at + length > bytes.length) throw new RangeError(`it ends at byte ${bytes.length}`)
    const from = at
    at += length
    return from
  }
  const u8 = () => bytes[take(1)] ?? 0
  const varint = () => {
    let value = 0
    let unit = 1
    let byte = u8()
    while (byte >= 0x80 && unit < LAST_UNIT) {
      value += (byte & 0x7f) * unit
      unit *= 0x80
      byte = u8()
    }
    value += byte * unit
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError(`a number before byte ${at} is too large`)
    return value
  }
  return {
    u8,
    varint,
    f64: () => bytes.readDoubleLE(take(8)),
    text() {
      const tag = varint()
      if (tag === 0) return readUuid(bytes, take(16))
      const from = take(tag - 1)
      return readText(bytes, from, at)
    },
    skipText() {
      const tag = varint()
      take(tag === 0 ? 16 : tag - 1)
    },
    raw(length) {
      const from = take(length)
      return new Uint8Array(bytes.subarray(from, from + length)).buffer
    },
    remaining: () => bytes.length - at,
    end() {
      if (at !== bytes.length) throw new RangeError(`it goes on after byte ${at}`)
    },
  }
}
