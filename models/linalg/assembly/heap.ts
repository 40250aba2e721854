/**
 * The greatest of the keys that were offered, in a heap whose root is the least of them. A key is compared as one unsigned
 * integer, whatever it is made of.
 *
 * @param heap      u64, room for `capacity`
 * @param size      how many are kept so far
 * @param capacity  at least 1
 * @returns         how many are kept then
 */
export function offer(heap: usize, size: i32, capacity: i32, key: u64): i32 {
  if (size < capacity) {
    rise(heap, size, key)
    return size + 1
  }
  if (key > load<u64>(heap)) sink(heap, size, key)
  return size
}

function rise(heap: usize, size: i32, key: u64): void {
  let at = size
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = load<u64>(place(heap, parent))
    if (above <= key) break
    store<u64>(place(heap, at), above)
    at = parent
  }
  store<u64>(place(heap, at), key)
}

/** Puts a key in the place of the root. */
function sink(heap: usize, size: i32, key: u64): void {
  let at = 0
  let child = 1
  for (; child + 1 < size; child = 2 * at + 1) {
    const left = load<u64>(place(heap, child))
    const right = load<u64>(place(heap, child + 1))
    // Chosen without a branch, which the processor would guess wrong every other time.
    const least = select<u64>(left, right, left < right)
    child += i32(right <= left)
    if (key <= least) {
      store<u64>(place(heap, at), key)
      return
    }
    store<u64>(place(heap, at), least)
    at = child
  }
  if (child < size && load<u64>(place(heap, child)) < key) {
    store<u64>(place(heap, at), load<u64>(place(heap, child)))
    at = child
  }
  store<u64>(place(heap, at), key)
}

/** Leaves the keys in descending order, no longer a heap. */
export function sortDescending(heap: usize, size: i32): void {
  for (let end = size - 1; end > 0; end--) {
    const least = load<u64>(heap)
    sink(heap, end, load<u64>(place(heap, end)))
    store<u64>(place(heap, end), least)
  }
}

function place(heap: usize, at: i32): usize {
  return heap + ((<usize>at) << 3)
}

/** A key that orders by score, then by lower index. The score is not NaN, and no −0. */
export function rankingKey(score: f32, index: i32): u64 {
  const bits = reinterpret<u32>(score)
  // Negative numbers are larger the less they are: turned over, and below the others.
  const ordered = bits ^ (<u32>(<i32>bits >> 31) | 0x80000000)
  return ((<u64>ordered) << 32) | <u64>~(<u32>index)
}

export function scoreOf(key: u64): f32 {
  const ordered = <u32>(key >> 32)
  return reinterpret<f32>(ordered & 0x80000000 ? ordered ^ 0x80000000 : ~ordered)
}

export function indexOf(key: u64): i32 {
  return <i32>~(<u32>key)
}

/** A key that orders by a number, which is not NaN. */
export function numberKey(x: f64): u64 {
  const bits = reinterpret<u64>(x)
  return bits ^ (<u64>(<i64>bits >> 63) | 0x8000000000000000)
}

export function numberOf(key: u64): f64 {
  return reinterpret<f64>(key >> 63 ? key ^ 0x8000000000000000 : ~key)
}
