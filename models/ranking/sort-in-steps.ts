import type { Steps } from './layout.ts'

/** Sorted at once, in some half a millisecond. */
const RUN = 2048
/** Elements merged in a step. */
const MERGED_IN_A_STEP = 8192

/**
 * A stable merge sort from the bottom up, to be done between other things. What `compare` goes by must not change meanwhile.
 *
 * @returns the elements in order, in their own array or another one
 */
export function* sortInSteps(elements: Int32Array, compare: (x: number, y: number) => number): Steps<Int32Array> {
  const { length } = elements
  for (let from = 0; from < length; from += RUN) {
    elements.subarray(from, from + RUN).sort(compare)
    yield
  }
  let source: Int32Array = elements
  let target: Int32Array = new Int32Array(length)
  let merged = 0
  for (let width = RUN; width < length; width *= 2) {
    for (let from = 0; from < length; from += 2 * width) {
      const middle = Math.min(from + width, length)
      const end = Math.min(from + 2 * width, length)
      let [left, right] = [from, middle]
      for (let into = from; into < end; into++) {
        const isLeft = left < middle && (right === end || compare(source[left] as number, source[right] as number) <= 0)
        target[into] = source[isLeft ? left++ : right++] as number
        if (++merged % MERGED_IN_A_STEP === 0) yield
      }
    }
    ;[source, target] = [target, source]
  }
  return source
}
