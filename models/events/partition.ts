/**
 * The 32-bit murmur2 hash that Kafka's Java clients choose partitions by (Austin Appleby's MurmurHash2 with Kafka's seed).
 * @returns signed, as in Java
 */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995
  const { length } = bytes
  const at = (i: number): number => bytes[i] as number
  let h = 0x9747b28c ^ length
  const whole = length & ~3
  for (let i = 0; i < whole; i += 4) {
    let k = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    h = Math.imul(h, m) ^ Math.imul(k, m)
  }
  const rest = length - whole
  if (rest > 0) {
    for (let i = rest - 1; i >= 0; i--) h ^= at(whole + i) << (8 * i)
    h = Math.imul(h, m)
  }
  h ^= h >>> 13
  h = Math.imul(h, m)
  return (h ^ (h >>> 15)) | 0
}

/** The partition of a key: the same as a Java producer would choose, so that other programs may write to the log. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions
}
