import { hash } from '../hash.ts'
import { seededRandom } from '../linalg/random.ts'

/**
 * Shuffles in place (Fisher and Yates; Durstenfeld 1964), by mulberry32 seeded with a hash of (seed, name): everybody who has
 * the same sorted list, seed and name has the same order.
 */
export function shuffle(list: Int32Array, seed: number, name: string): Int32Array {
  const random = seededRandom(hash(`${seed}\0${name}`))
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const moved = list[last] as number
    list[last] = list[other] as number
    list[other] = moved
  }
  return list
}
