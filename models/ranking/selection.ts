export interface Scored {
  /** Dense index within the generation. */
  readonly index: number
  readonly score: number
}

/**
 * Keeps the k best of what it is offered, ties by lower index, in a heap whose root is the worst kept: O(n + k log k log n)
 * for n offers in random order.
 */
export function createSelection(k: number) {
  const heap: Scored[] = []

  function sink(entry: Scored): void {
    let at = 0
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const right = child + 1
      if (right < heap.length && isWorse(heap[right] as Scored, heap[child] as Scored)) child = right
      if (!isWorse(heap[child] as Scored, entry)) break
      heap[at] = heap[child] as Scored
      at = child
    }
    heap[at] = entry
  }

  function rise(entry: Scored): void {
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isWorse(entry, heap[parent] as Scored)) break
      heap[at] = heap[parent] as Scored
      at = parent
    }
    heap[at] = entry
  }

  const selection = {
    /** The score that the next item has to exceed, when indices are offered in ascending order. */
    toBeat: k > 0 ? -Infinity : Infinity,
    offer(index: number, score: number): void {
      const entry = { index, score }
      if (heap.length < k) rise(entry)
      else if (k > 0 && isWorse(heap[0] as Scored, entry)) sink(entry)
      if (k > 0 && heap.length === k) selection.toBeat = (heap[0] as Scored).score
    },
    /** What was kept, best first. */
    ranked: (): Scored[] => heap.toSorted((x, y) => (isWorse(x, y) ? 1 : -1)),
  }
  return selection
}

function isWorse(x: Scored, y: Scored): boolean {
  return x.score < y.score || (x.score === y.score && x.index > y.index)
}
