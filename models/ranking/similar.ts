import type { Factors } from '../als/types.ts'
import { createSelection, type Scored } from './selection.ts'

/**
 * The k items whose factors point most nearly the same way as those of item `of`, by cosine, without itself; ties go to the
 * lower index.
 *
 * @param allowed  asked only of items that would enter the list
 */
export function similarItems(
  { rows, d, data }: Factors,
  of: number,
  k: number,
  allowed?: (index: number) => boolean,
): Scored[] {
  const v = data.subarray(of * d, (of + 1) * d)
  const norm = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0))
  const selection = createSelection(k)
  for (let index = 0; index < rows; index++) {
    let product = 0
    let square = 0
    for (let j = 0; j < d; j++) {
      const x = data[index * d + j] as number
      product += (v[j] as number) * x
      square += x * x
    }
    const cosine = square === 0 || norm === 0 ? 0 : product / (norm * Math.sqrt(square))
    if (cosine <= selection.toBeat || index === of) continue
    if (allowed === undefined || allowed(index)) selection.offer(index, cosine)
  }
  return selection.ranked()
}
