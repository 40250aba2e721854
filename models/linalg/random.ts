/** Draws uniformly from [0, 1). */
export type Random = () => number

/** A generator of 32 bits of state (mulberry32, Tommy Ettinger): the same seed gives the same draws on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let z = Math.imul(state ^ (state >>> 15), state | 1)
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61)
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One draw from N(0, 1) (Box and Muller 1958). */
export function normal(random: Random): number {
  // 1 − u lies in (0, 1], where the logarithm is finite.
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
