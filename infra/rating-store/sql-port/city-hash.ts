/**
 * CityHash128 of version 1.0.2, with which ClickHouse stayed: later ones give other values.
 * Google, https://github.com/google/cityhash (MIT licence).
 */

const [K0, K1, K2, K3] = [0xc3a5c85c97cb3127n, 0xb492b66fbe98f273n, 0x9ae16a3b2f90404fn, 0xc949d7c7509e6557n]
const MURMUR = 0x9ddfea08eb382d69n

/** From so many bytes on, after the first 16, the quick way is taken. */
const MANY_BYTES = 128

/** Modulo 2^64. V8 calculates in registers only where this is called by itself, and around shifts too: a gigabyte a second, not thirty megabytes. */
const { asUintN } = BigInt

type Rotate = (value: bigint) => bigint
/** By bits that are written out: only then are they known when it is compiled. */
const by21: Rotate = (value) => asUintN(64, asUintN(64, value >> 21n) | asUintN(64, value << 43n))
const by33: Rotate = (value) => asUintN(64, asUintN(64, value >> 33n) | asUintN(64, value << 31n))
const by37: Rotate = (value) => asUintN(64, asUintN(64, value >> 37n) | asUintN(64, value << 27n))
const by42: Rotate = (value) => asUintN(64, asUintN(64, value >> 42n) | asUintN(64, value << 22n))
const by44: Rotate = (value) => asUintN(64, asUintN(64, value >> 44n) | asUintN(64, value << 20n))
const rotate = (value: bigint, bits: bigint): bigint => (value >> bits) | asUintN(64, value << (64n - bits))
const shiftMix = (value: bigint): bigint => value ^ (value >> 47n)

type Pair = [low: bigint, high: bigint]

/** @returns little endian: the lower half, then the higher one */
export function cityHash128(bytes: Uint8Array): Buffer {
  const length = bytes.length
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  const word = (at: number): bigint => view.getBigUint64(at, true)
  let hash: Pair
  if (length >= 16 + MANY_BYTES) hash = ofMany(bytes.subarray(16), word(0) ^ K3, word(8))
  else if (length >= 16) hash = ofFew(bytes.subarray(16), word(0) ^ K3, word(8))
  else if (length >= 8) {
    const seed = word(0) ^ asUintN(64, BigInt(length) * K0)
    hash = ofFew(bytes.subarray(length), seed, word(length - 8) ^ K1)
  } else hash = ofFew(bytes, K0, K1)
  const made = Buffer.alloc(16)
  made.writeBigUInt64LE(hash[0], 0)
  made.writeBigUInt64LE(hash[1], 8)
  return made
}

/** CityMurmur. */
function ofFew(bytes: Uint8Array, low: bigint, high: bigint): Pair {
  const length = bytes.length
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  const word = (at: number): bigint => view.getBigUint64(at, true)
  const mixed = (at: number): bigint => shiftMix(asUintN(64, word(at) * K1)) * K1
  let [a, b, c, d] = [low, high, 0n, 0n]
  if (length <= 16) {
    a = asUintN(64, shiftMix(asUintN(64, a * K1)) * K1)
    c = asUintN(64, b * K1 + ofAtMost16(view))
    d = shiftMix(asUintN(64, a + (length >= 8 ? word(0) : c)))
  } else {
    c = hash16(asUintN(64, word(length - 8) + K1), a)
    d = hash16(asUintN(64, b + BigInt(length)), asUintN(64, c + word(length - 16)))
    a = asUintN(64, a + d)
    for (let at = 0; at < length - 16; at += 16) {
      a = asUintN(64, (a ^ mixed(at)) * K1)
      b ^= a
      c = asUintN(64, (c ^ mixed(at + 8)) * K1)
      d ^= c
    }
  }
  a = hash16(a, c)
  b = hash16(d, b)
  return [a ^ b, hash16(b, a)]
}

function ofMany(bytes: Uint8Array, low: bigint, high: bigint): Pair {
  const length = bytes.length
  const words = wordsOf(bytes)
  const word = (at: number): bigint => words[at] as bigint
  let [x, y, z] = [low, high, asUintN(64, BigInt(length) * K1)]
  let vLow = asUintN(64, rotate(y ^ K1, 49n) * K1 + word(0))
  let vHigh = asUintN(64, by42(vLow) * K1 + word(1))
  let wLow = asUintN(64, rotate(asUintN(64, y + z), 35n) * K1 + x)
  let wHigh = asUintN(64, rotate(asUintN(64, x + word(11)), 53n) * K1)
  const end = (length - (length % MANY_BYTES)) / 8
  for (let at = 0; at < end; at += 8) {
    const w0 = words[at] as bigint
    const w1 = words[at + 1] as bigint
    const w2 = words[at + 2] as bigint
    const w3 = words[at + 3] as bigint
    const w4 = words[at + 4] as bigint
    const w5 = words[at + 5] as bigint
    const w6 = words[at + 6] as bigint
    const w7 = words[at + 7] as bigint
    x = asUintN(64, by37(asUintN(64, x + y + vLow + w2)) * K1) ^ wHigh
    y = asUintN(64, by42(asUintN(64, y + vHigh + w6)) * K1) ^ vLow
    z = by33(z ^ wLow)
    // v and w: weak hashes of 32 bytes each, written out, since a pair would have to be made for each of them.
    const v = asUintN(64, asUintN(64, vHigh * K1) + w0)
    const vSum = asUintN(64, v + w1 + w2)
    vHigh = asUintN(64, by21(asUintN(64, x + wLow + v + w3)) + by44(vSum) + v)
    vLow = asUintN(64, vSum + w3)
    const w = asUintN(64, z + wHigh + w4)
    const wSum = asUintN(64, w + w5 + w6)
    wHigh = asUintN(64, by21(asUintN(64, y + w + w7)) + by44(wSum) + w)
    wLow = asUintN(64, wSum + w7)
    ;[z, x] = [x, z]
  }
  y = asUintN(64, y + rotate(wLow, 37n) * K0 + z)
  x = asUintN(64, x + rotate(asUintN(64, vLow + z), 49n) * K0)
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  const from = (at: number): bigint => view.getBigUint64(at, true)
  // What is left, from the end on by 32 bytes, the last of which may begin before what is left does.
  for (let at = length - 32; at > length - (length % MANY_BYTES) - 32; at -= 32) {
    y = asUintN(64, rotate(asUintN(64, y - x), 42n) * K0 + vHigh)
    wLow = asUintN(64, wLow + from(at + 16))
    x = asUintN(64, rotate(x, 49n) * K0 + wLow)
    wLow = asUintN(64, wLow + vLow)
    const v = asUintN(64, vLow + from(at))
    const sum = asUintN(64, v + from(at + 8) + from(at + 16))
    vHigh = asUintN(64, by21(asUintN(64, vHigh + v + from(at + 24))) + by44(sum) + v)
    vLow = asUintN(64, sum + from(at + 24))
  }
  x = hash16(x, vLow)
  y = hash16(y, wLow)
  return [
    asUintN(64, hash16(asUintN(64, x + vHigh), wHigh) + y),
    hash16(asUintN(64, x + wHigh), asUintN(64, y + vHigh)),
  ]
}

function hash16(low: bigint, high: bigint): bigint {
  const a = shiftMix(asUintN(64, (low ^ high) * MURMUR))
  return asUintN(64, shiftMix(asUintN(64, (high ^ a) * MURMUR)) * MURMUR)
}

function ofAtMost16(bytes: DataView): bigint {
  const length = bytes.byteLength
  const byte = (at: number): bigint => BigInt(bytes.getUint8(at))
  if (length === 0) return K2
  if (length > 8) {
    const last = bytes.getBigUint64(length - 8, true)
    return hash16(bytes.getBigUint64(0, true), rotate(asUintN(64, last + BigInt(length)), BigInt(length))) ^ last
  }
  if (length >= 4)
    return hash16(BigInt(length) + (BigInt(bytes.getUint32(0, true)) << 3n), BigInt(bytes.getUint32(length - 4, true)))
  const y = byte(0) + (byte(length >> 1) << 8n)
  const z = BigInt(length) + (byte(length - 1) << 2n)
  return asUintN(64, shiftMix(asUintN(64, y * K2) ^ asUintN(64, z * K3)) * K2)
}

/** Views need a place that 8 divides. */
function wordsOf(bytes: Uint8Array): BigUint64Array {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
  return new BigUint64Array(aligned.buffer, aligned.byteOffset, aligned.length >> 3)
}
