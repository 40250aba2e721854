import { hash } from '../models/hash.ts'

/** A power of two: so many addresses are remembered at most, in 1 MiB. */
const PLACES = 1 << 18

/**
 * Tells who asks for the first time, as far as that can be remembered: a later one of 2^18 addresses takes the place of an earlier
 * one, and one of 2^14 that are new is taken for another. What is only guessed by needs no more.
 */
export function createAskedBefore(): (address: string) => boolean {
  const marks = new Int32Array(PLACES)
  return (address) => {
    const mark = hash(address) | 0
    const place = mark & (PLACES - 1)
    const wasAsked = marks[place] === mark
    marks[place] = mark
    return wasAsked
  }
}
