/** A key that was idle may ask for this many seconds' worth at once. */
const BURST_SECONDS = 2

/** Tokens there are, and when (ms) that was so. */
interface Bucket {
  tokens: number
  at: number
}

/**
 * A token bucket for each of whoever asks: it fills with `rate` tokens a second, up to two seconds' worth (at least one), and each
 * request takes one. In any t seconds at most 2·rate + t·rate requests get through.
 * @param now  ms, of a clock that only goes forward
 */
export function createRateLimiter(now: () => number = () => performance.now()) {
  // A bucket goes when the key does that it belongs to: who has no key has none.
  const buckets = new WeakMap<object, Bucket>()

  /**
   * @param rate  requests a second, above 0
   * @returns 0: let through; else ms after which another attempt would be
   */
  return function take(asker: object, rate: number): number {
    if (rate === Number.POSITIVE_INFINITY) return 0
    const burst = Math.max(1, BURST_SECONDS * rate)
    const time = now()
    const bucket = buckets.get(asker) ?? { tokens: burst, at: time }
    buckets.set(asker, bucket)
    bucket.tokens = Math.min(burst, bucket.tokens + ((time - bucket.at) / 1000) * rate)
    bucket.at = time
    if (bucket.tokens < 1) return ((1 - bucket.tokens) / rate) * 1000
    bucket.tokens -= 1
    return 0
  }
}
