/**
 * Copies factor rows into a dense panel, row e scaled by √w, and adds w·t times the row to the right-hand side:
 *
 *   panel[e] = √w_e v_e        b += Σ_e w_e t_e v_e
 *
 * 32 columns at a time, so that their part of b stays in registers.
 *
 * @param columns           i32, rows of `factors`
 * @param weights, targets  f32 a row; 0: all are 1
 */
export function gather(
  factors: usize,
  width: i32,
  columns: usize,
  weights: usize,
  targets: usize,
  rows: i32,
  panel: usize,
  b: usize,
): void {
  const stride = (<usize>width) << 2
  let k: usize = 0
  for (; k + 128 <= stride; k += 128) {
    if (weights | targets) gather32(factors + k, stride, columns, weights, targets, rows, panel + k, b + k)
    else gatherOnes32(factors + k, stride, columns, rows, panel + k, b + k)
  }
  for (; k < stride; k += 32) gather8(factors + k, stride, columns, weights, targets, rows, panel + k, b + k)
}

function gather32(
  factors: usize,
  stride: usize,
  columns: usize,
  weights: usize,
  targets: usize,
  rows: i32,
  panel: usize,
  b: usize,
): void {
  let b0 = v128.load(b)
  let b1 = v128.load(b, 16)
  let b2 = v128.load(b, 32)
  let b3 = v128.load(b, 48)
  let b4 = v128.load(b, 64)
  let b5 = v128.load(b, 80)
  let b6 = v128.load(b, 96)
  let b7 = v128.load(b, 112)
  for (let e = 0; e < rows; e++) {
    const v = factors + <usize>load<i32>(columns + ((<usize>e) << 2)) * stride
    const scale = f32x4.splat(rootWeight(weights, e))
    const pull = f32x4.splat(pullOf(weights, targets, e))
    const v0 = v128.load(v)
    const v1 = v128.load(v, 16)
    const v2 = v128.load(v, 32)
    const v3 = v128.load(v, 48)
    v128.store(panel, f32x4.mul(scale, v0))
    v128.store(panel, f32x4.mul(scale, v1), 16)
    v128.store(panel, f32x4.mul(scale, v2), 32)
    v128.store(panel, f32x4.mul(scale, v3), 48)
    b0 = f32x4.add(b0, f32x4.mul(pull, v0))
    b1 = f32x4.add(b1, f32x4.mul(pull, v1))
    b2 = f32x4.add(b2, f32x4.mul(pull, v2))
    b3 = f32x4.add(b3, f32x4.mul(pull, v3))
    const v4 = v128.load(v, 64)
    const v5 = v128.load(v, 80)
    const v6 = v128.load(v, 96)
    const v7 = v128.load(v, 112)
    v128.store(panel, f32x4.mul(scale, v4), 64)
    v128.store(panel, f32x4.mul(scale, v5), 80)
    v128.store(panel, f32x4.mul(scale, v6), 96)
    v128.store(panel, f32x4.mul(scale, v7), 112)
    b4 = f32x4.add(b4, f32x4.mul(pull, v4))
    b5 = f32x4.add(b5, f32x4.mul(pull, v5))
    b6 = f32x4.add(b6, f32x4.mul(pull, v6))
    b7 = f32x4.add(b7, f32x4.mul(pull, v7))
    panel += stride
  }
  v128.store(b, b0)
  v128.store(b, b1, 16)
  v128.store(b, b2, 32)
  v128.store(b, b3, 48)
  v128.store(b, b4, 64)
  v128.store(b, b5, 80)
  v128.store(b, b6, 96)
  v128.store(b, b7, 112)
}

/** As `gather32` where every weight and target is 1: nothing to multiply, and most ratings are like that. */
function gatherOnes32(factors: usize, stride: usize, columns: usize, rows: i32, panel: usize, b: usize): void {
  let b0 = v128.load(b)
  let b1 = v128.load(b, 16)
  let b2 = v128.load(b, 32)
  let b3 = v128.load(b, 48)
  let b4 = v128.load(b, 64)
  let b5 = v128.load(b, 80)
  let b6 = v128.load(b, 96)
  let b7 = v128.load(b, 112)
  for (let e = 0; e < rows; e++) {
    const v = factors + <usize>load<i32>(columns + ((<usize>e) << 2)) * stride
    const v0 = v128.load(v)
    const v1 = v128.load(v, 16)
    const v2 = v128.load(v, 32)
    const v3 = v128.load(v, 48)
    v128.store(panel, v0)
    v128.store(panel, v1, 16)
    v128.store(panel, v2, 32)
    v128.store(panel, v3, 48)
    b0 = f32x4.add(b0, v0)
    b1 = f32x4.add(b1, v1)
    b2 = f32x4.add(b2, v2)
    b3 = f32x4.add(b3, v3)
    const v4 = v128.load(v, 64)
    const v5 = v128.load(v, 80)
    const v6 = v128.load(v, 96)
    const v7 = v128.load(v, 112)
    v128.store(panel, v4, 64)
    v128.store(panel, v5, 80)
    v128.store(panel, v6, 96)
    v128.store(panel, v7, 112)
    b4 = f32x4.add(b4, v4)
    b5 = f32x4.add(b5, v5)
    b6 = f32x4.add(b6, v6)
    b7 = f32x4.add(b7, v7)
    panel += stride
  }
  v128.store(b, b0)
  v128.store(b, b1, 16)
  v128.store(b, b2, 32)
  v128.store(b, b3, 48)
  v128.store(b, b4, 64)
  v128.store(b, b5, 80)
  v128.store(b, b6, 96)
  v128.store(b, b7, 112)
}

function gather8(
  factors: usize,
  stride: usize,
  columns: usize,
  weights: usize,
  targets: usize,
  rows: i32,
  panel: usize,
  b: usize,
): void {
  let b0 = v128.load(b)
  let b1 = v128.load(b, 16)
  for (let e = 0; e < rows; e++) {
    const v = factors + <usize>load<i32>(columns + ((<usize>e) << 2)) * stride
    const scale = f32x4.splat(rootWeight(weights, e))
    const pull = f32x4.splat(pullOf(weights, targets, e))
    const v0 = v128.load(v)
    const v1 = v128.load(v, 16)
    v128.store(panel, f32x4.mul(scale, v0))
    v128.store(panel, f32x4.mul(scale, v1), 16)
    b0 = f32x4.add(b0, f32x4.mul(pull, v0))
    b1 = f32x4.add(b1, f32x4.mul(pull, v1))
    panel += stride
  }
  v128.store(b, b0)
  v128.store(b, b1, 16)
}

/**
 * The same rows turned on their side, each dimension scaled: panel[k][e] = √w_e v_e[k] · scales[k]
 *
 * @param panel   width×across
 * @param across  `rows` rounded up to a multiple of 8; what is beyond `rows` becomes zeros
 */
export function gatherTransposed(
  factors: usize,
  width: i32,
  columns: usize,
  weights: usize,
  rows: i32,
  scales: usize,
  panel: usize,
  across: i32,
): void {
  const stride = (<usize>width) << 2
  const panelStride = (<usize>across) << 2
  for (let e = 0; e < across; e += 4) {
    const v0 = rowAt(factors, stride, columns, e, rows)
    const v1 = rowAt(factors, stride, columns, e + 1, rows)
    const v2 = rowAt(factors, stride, columns, e + 2, rows)
    const v3 = rowAt(factors, stride, columns, e + 3, rows)
    const roots = f32x4(
      e < rows ? rootWeight(weights, e) : 0,
      e + 1 < rows ? rootWeight(weights, e + 1) : 0,
      e + 2 < rows ? rootWeight(weights, e + 2) : 0,
      e + 3 < rows ? rootWeight(weights, e + 3) : 0,
    )
    let to = panel + ((<usize>e) << 2)
    for (let k: usize = 0; k < stride; k += 16) {
      const low0 = v128.shuffle<f32>(v128.load(v0 + k), v128.load(v1 + k), 0, 4, 1, 5)
      const low1 = v128.shuffle<f32>(v128.load(v2 + k), v128.load(v3 + k), 0, 4, 1, 5)
      const high0 = v128.shuffle<f32>(v128.load(v0 + k), v128.load(v1 + k), 2, 6, 3, 7)
      const high1 = v128.shuffle<f32>(v128.load(v2 + k), v128.load(v3 + k), 2, 6, 3, 7)
      const scale = scales + k
      const k0 = f32x4.mul(v128.shuffle<f32>(low0, low1, 0, 1, 4, 5), v128.load32_splat(scale))
      const k1 = f32x4.mul(v128.shuffle<f32>(low0, low1, 2, 3, 6, 7), v128.load32_splat(scale, 4))
      const k2 = f32x4.mul(v128.shuffle<f32>(high0, high1, 0, 1, 4, 5), v128.load32_splat(scale, 8))
      const k3 = f32x4.mul(v128.shuffle<f32>(high0, high1, 2, 3, 6, 7), v128.load32_splat(scale, 12))
      v128.store(to, f32x4.mul(k0, roots))
      v128.store(to + panelStride, f32x4.mul(k1, roots))
      v128.store(to + 2 * panelStride, f32x4.mul(k2, roots))
      v128.store(to + 3 * panelStride, f32x4.mul(k3, roots))
      to += 4 * panelStride
    }
  }
}

/** Past the last row the first one stands in: its weight there is zero. */
function rowAt(factors: usize, stride: usize, columns: usize, e: i32, rows: i32): usize {
  return factors + <usize>load<i32>(columns + ((<usize>(e < rows ? e : 0)) << 2)) * stride
}

/** √w */
export function rootWeight(weights: usize, e: i32): f32 {
  return weights === 0 ? 1 : sqrt(load<f32>(weights + ((<usize>e) << 2)))
}

/** w t */
function pullOf(weights: usize, targets: usize, e: i32): f32 {
  const at = (<usize>e) << 2
  return (weights === 0 ? 1 : load<f32>(weights + at)) * (targets === 0 ? 1 : load<f32>(targets + at))
}

export function targetOf(targets: usize, e: i32): f32 {
  return targets === 0 ? 1 : load<f32>(targets + ((<usize>e) << 2))
}
