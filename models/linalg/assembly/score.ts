/**
 * Exact scores, as models/linalg/dot.ts defines them: f32 multiply, then f32 add, in the order of the dimensions. A lane
 * belongs to an item, so however many are scored at once, each comes to the same bits. Zeros of padding change nothing.
 */

/**
 * Scores of one block of 32 items from a panel: all their first numbers, then all their second ones, and so on.
 *
 * @param user  f32, as many as `dimensions`
 * @param into  f32, 32
 */
export function scorePanel(panel: usize, dimensions: i32, user: usize, into: usize): void {
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let s4 = s0
  let s5 = s0
  let s6 = s0
  let s7 = s0
  for (let k = 0; k < dimensions; k++) {
    const x = v128.load32_splat(user)
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(panel)))
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(panel, 16)))
    s2 = f32x4.add(s2, f32x4.mul(x, v128.load(panel, 32)))
    s3 = f32x4.add(s3, f32x4.mul(x, v128.load(panel, 48)))
    s4 = f32x4.add(s4, f32x4.mul(x, v128.load(panel, 64)))
    s5 = f32x4.add(s5, f32x4.mul(x, v128.load(panel, 80)))
    s6 = f32x4.add(s6, f32x4.mul(x, v128.load(panel, 96)))
    s7 = f32x4.add(s7, f32x4.mul(x, v128.load(panel, 112)))
    panel += 128
    user += 4
  }
  v128.store(into, s0)
  v128.store(into, s1, 16)
  v128.store(into, s2, 32)
  v128.store(into, s3, 48)
  v128.store(into, s4, 64)
  v128.store(into, s5, 80)
  v128.store(into, s6, 96)
  v128.store(into, s7, 112)
}

/** Scores of `blocks` panels, one after the other. */
export function scorePanels(panels: usize, blocks: i32, dimensions: i32, user: usize, into: usize): void {
  const bytes = (<usize>dimensions) << 7
  for (let block = 0; block < blocks; block++) {
    scorePanel(panels, dimensions, user, into)
    panels += bytes
    into += 128
  }
}

/**
 * Scores of rows, eight at a time, turned on their side in the registers.
 *
 * @param width    multiple of 4
 * @param indices  i32, rows of `factors`; 0: the rows from the first on
 * @param user     f32, padded with zeros to `width`
 * @param into     f32, room for `count` rounded up to a multiple of 8
 */
export function scoreRows(factors: usize, width: i32, indices: usize, count: i32, user: usize, into: usize): void {
  const last = count - 1
  for (let n = 0; n < count; n += 8) {
    scoreEight(
      rowAt(factors, width, indices, n),
      rowAt(factors, width, indices, min(n + 1, last)),
      rowAt(factors, width, indices, min(n + 2, last)),
      rowAt(factors, width, indices, min(n + 3, last)),
      rowAt(factors, width, indices, min(n + 4, last)),
      rowAt(factors, width, indices, min(n + 5, last)),
      rowAt(factors, width, indices, min(n + 6, last)),
      rowAt(factors, width, indices, min(n + 7, last)),
      width,
      user,
      into + ((<usize>n) << 2),
    )
  }
}

export function rowAt(factors: usize, width: i32, indices: usize, n: i32): usize {
  const row = indices === 0 ? n : load<i32>(indices + ((<usize>n) << 2))
  return factors + ((<usize>row * <usize>width) << 2)
}

function scoreEight(
  r0: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  r4: usize,
  r5: usize,
  r6: usize,
  r7: usize,
  width: i32,
  user: usize,
  into: usize,
): void {
  let low = f32x4.splat(0)
  let high = low
  for (let k: usize = 0; k < (<usize>width) << 2; k += 16) {
    const x0 = v128.load32_splat(user + k)
    const x1 = v128.load32_splat(user + k, 4)
    const x2 = v128.load32_splat(user + k, 8)
    const x3 = v128.load32_splat(user + k, 12)
    const a0 = v128.shuffle<f32>(v128.load(r0 + k), v128.load(r1 + k), 0, 4, 1, 5)
    const a1 = v128.shuffle<f32>(v128.load(r2 + k), v128.load(r3 + k), 0, 4, 1, 5)
    const a2 = v128.shuffle<f32>(v128.load(r0 + k), v128.load(r1 + k), 2, 6, 3, 7)
    const a3 = v128.shuffle<f32>(v128.load(r2 + k), v128.load(r3 + k), 2, 6, 3, 7)
    low = f32x4.add(low, f32x4.mul(x0, v128.shuffle<f32>(a0, a1, 0, 1, 4, 5)))
    low = f32x4.add(low, f32x4.mul(x1, v128.shuffle<f32>(a0, a1, 2, 3, 6, 7)))
    low = f32x4.add(low, f32x4.mul(x2, v128.shuffle<f32>(a2, a3, 0, 1, 4, 5)))
    low = f32x4.add(low, f32x4.mul(x3, v128.shuffle<f32>(a2, a3, 2, 3, 6, 7)))
    const b0 = v128.shuffle<f32>(v128.load(r4 + k), v128.load(r5 + k), 0, 4, 1, 5)
    const b1 = v128.shuffle<f32>(v128.load(r6 + k), v128.load(r7 + k), 0, 4, 1, 5)
    const b2 = v128.shuffle<f32>(v128.load(r4 + k), v128.load(r5 + k), 2, 6, 3, 7)
    const b3 = v128.shuffle<f32>(v128.load(r6 + k), v128.load(r7 + k), 2, 6, 3, 7)
    high = f32x4.add(high, f32x4.mul(x0, v128.shuffle<f32>(b0, b1, 0, 1, 4, 5)))
    high = f32x4.add(high, f32x4.mul(x1, v128.shuffle<f32>(b0, b1, 2, 3, 6, 7)))
    high = f32x4.add(high, f32x4.mul(x2, v128.shuffle<f32>(b2, b3, 0, 1, 4, 5)))
    high = f32x4.add(high, f32x4.mul(x3, v128.shuffle<f32>(b2, b3, 2, 3, 6, 7)))
  }
  v128.store(into, low)
  v128.store(into, high, 16)
}
