import { subtractTileF64 } from './tile-f64'

/** Rows swept at a time: their panel is used 64 times for every entry of A that is fetched. */
const BLOCK = 64
/** Four columns of a panel, packed one row after another. */
const TILE_BYTES: usize = BLOCK << 5
/** Columns whose part of the panel (256 KB) stays in the second cache while every row passes by. */
const COLUMNS_AT_A_TIME = 512
/** A pivot that lost so much of its diagonal entry to cancellation has too few right digits left in f64. */
const LEAST_PIVOT: f64 = 1e-12

/** Bytes of working memory that `sweep` needs. */
export function sweepScratchBytes(order: i32): i32 {
  return (BLOCK * BLOCK + order * BLOCK) << 3
}

/**
 * A step of inverting a symmetric positive definite matrix in its own place, in f64: symmetric Gauss–Jordan elimination by
 * blocks of rows (the sweep operator, Goodnight 1979). With D the block on the diagonal and C its rows of A,
 *
 *   A ← A − Cᵀ D⁻¹ C,   then   C ← D⁻¹ C   and   D ← −D⁻¹
 *
 * and when every block was swept A holds −A⁻¹. D = RᵀR by Cholesky, so what is subtracted is WᵀW with W = R⁻ᵀ C: n³/2
 * multiply-adds altogether, nearly all in `subtractTileF64`. One step a call: a function that the engine has compiled better
 * meanwhile is only taken up by the next call.
 *
 * @param a         order×order, upper triangle
 * @param order     multiple of 4
 * @param k         first row of the block
 * @param diagonal  of A as it was before the first step: what the pivots are judged by
 * @param scratch   `sweepScratchBytes(order)`
 * @returns         the first row of the next block, or −1: A is not positive definite as far as f64 can tell, and spoilt
 */
export function sweep(a: usize, order: i32, k: i32, diagonal: usize, scratch: usize): i32 {
  const width = (<usize>order) << 3
  const size = min(BLOCK, order - k)
  const place = (<usize>k) << 3
  const factor = scratch
  const panel = factor + ((BLOCK * BLOCK) << 3)
  const end = panel + (<usize>order >> 2) * TILE_BYTES
  if (!decompose(a + <usize>k * width + place, width, size, diagonal + place, factor)) return -1
  pack(a, width, k, size, panel)
  for (let tile = panel; tile < end; tile += TILE_BYTES) reduce(factor, size, tile)
  subtractProducts(a, width, order, size, panel)
  for (let tile = panel; tile < end; tile += TILE_BYTES) substituteBack(factor, size, tile)
  unpack(a, width, k, size, panel)
  return k + size
}

/** The last step: A becomes −A, both triangles of it. */
export function negateAndMirror(a: usize, order: i32): void {
  const width = (<usize>order) << 3
  for (let i: usize = 0; i < width; i += 8) {
    const row = a + (i >> 3) * width
    for (let j = i; j < width; j += 8) {
      const entry = -load<f64>(row + j)
      store<f64>(row + j, entry)
      store<f64>(a + (j >> 3) * width + i, entry)
    }
  }
}

/** RᵀR = D into `factor`, BLOCK entries a row, with the reciprocals of its diagonal: nobody needs the roots themselves. */
function decompose(block: usize, width: usize, size: i32, diagonal: usize, factor: usize): bool {
  const bytes = (<usize>size) << 3
  for (let p: usize = 0; p < bytes; p += 8) memory.copy(factor + p * BLOCK, block + (p >> 3) * width, bytes)
  for (let p: usize = 0; p < bytes; p += 8) {
    const row = factor + p * BLOCK
    const pivot = load<f64>(row + p)
    // The comparisons are false for NaN too.
    if (!(pivot > LEAST_PIVOT * load<f64>(diagonal + p) && pivot < Infinity)) return false
    const reciprocal = 1 / sqrt(pivot)
    store<f64>(row + p, reciprocal)
    for (let j = p + 8; j < bytes; j += 8) store<f64>(row + j, load<f64>(row + j) * reciprocal)
    for (let q = p + 8; q < bytes; q += 8) {
      const x = load<f64>(row + q)
      const to = factor + q * BLOCK
      for (let j = q; j < bytes; j += 8) store<f64>(to + j, load<f64>(to + j) - x * load<f64>(row + j))
    }
  }
  return true
}

/**
 * Rows k … k+size−1 of A into the panel, those left of the diagonal from the columns above it. In place of D stands the unit
 * matrix, which comes out as D⁻¹.
 */
function pack(a: usize, width: usize, k: i32, size: i32, panel: usize): void {
  const from = (<usize>k) << 3
  const to = (<usize>(k + size)) << 3
  const bytes = (<usize>size) << 3
  for (let j: usize = 0; j < width; j += 32) {
    const tile = panel + (j >> 5) * TILE_BYTES
    if (j < from) {
      for (let c: usize = 0; c < 4; c++) {
        const column = a + ((j >> 3) + c) * width + from
        for (let p: usize = 0; p < bytes; p += 8) store<f64>(tile + (p << 2) + (c << 3), load<f64>(column + p))
      }
    } else if (j < to) {
      memory.fill(tile, 0, bytes << 2)
      for (let c: usize = 0; c < 32; c += 8) store<f64>(tile + ((j - from + c) << 2) + c, 1)
    } else {
      for (let p: usize = 0; p < bytes; p += 8) memory.copy(tile + (p << 2), a + ((from + p) >> 3) * width + j, 32)
    }
  }
}

/** The panel back into A's upper triangle, with −D⁻¹ on the diagonal. */
function unpack(a: usize, width: usize, k: i32, size: i32, panel: usize): void {
  const from = (<usize>k) << 3
  const to = (<usize>(k + size)) << 3
  const bytes = (<usize>size) << 3
  for (let j: usize = 0; j < width; j += 32) {
    const tile = panel + (j >> 5) * TILE_BYTES
    if (j < from) {
      for (let c: usize = 0; c < 4; c++) {
        const column = a + ((j >> 3) + c) * width + from
        for (let p: usize = 0; p < bytes; p += 8) store<f64>(column + p, load<f64>(tile + (p << 2) + (c << 3)))
      }
    } else {
      for (let p: usize = 0; p < bytes; p += 8) {
        const row = a + ((from + p) >> 3) * width + j
        for (let c: usize = 0; c < 32; c += 8) {
          const x = load<f64>(tile + (p << 2) + c)
          store<f64>(row + c, j < to ? -x : x)
        }
      }
    }
  }
}

/** W = R⁻ᵀ C on four columns, in place. */
function reduce(factor: usize, size: i32, tile: usize): void {
  const bytes = (<usize>size) << 3
  for (let p: usize = 0; p < bytes; p += 8) {
    const row = factor + p * BLOCK
    const scale = v128.load64_splat(row + p)
    const w0 = f64x2.mul(v128.load(tile + (p << 2)), scale)
    const w1 = f64x2.mul(v128.load(tile + (p << 2), 16), scale)
    v128.store(tile + (p << 2), w0)
    v128.store(tile + (p << 2), w1, 16)
    for (let q = p + 8; q < bytes; q += 8) {
      const x = v128.load64_splat(row + q)
      const to = tile + (q << 2)
      v128.store(to, f64x2.sub(v128.load(to), f64x2.mul(x, w0)))
      v128.store(to, f64x2.sub(v128.load(to, 16), f64x2.mul(x, w1)), 16)
    }
  }
}

/** R⁻¹ W = D⁻¹ C on four columns, in place, from the last row up. */
function substituteBack(factor: usize, size: i32, tile: usize): void {
  const bytes = (<usize>size) << 3
  for (let end = bytes; end > 0; end -= 8) {
    const p = end - 8
    const row = factor + p * BLOCK
    let s0 = v128.load(tile + (p << 2))
    let s1 = v128.load(tile + (p << 2), 16)
    for (let q = end; q < bytes; q += 8) {
      const x = v128.load64_splat(row + q)
      s0 = f64x2.sub(s0, f64x2.mul(x, v128.load(tile + (q << 2))))
      s1 = f64x2.sub(s1, f64x2.mul(x, v128.load(tile + (q << 2), 16)))
    }
    const scale = v128.load64_splat(row + p)
    v128.store(tile + (p << 2), f64x2.mul(s0, scale))
    v128.store(tile + (p << 2), f64x2.mul(s1, scale), 16)
  }
}

/** A −= WᵀW on the upper triangle. The swept rows and columns are spoilt: `unpack` writes them anew. */
function subtractProducts(a: usize, width: usize, order: i32, size: i32, panel: usize): void {
  for (let first = 0; first < order; first += COLUMNS_AT_A_TIME) {
    const end = min(first + COLUMNS_AT_A_TIME, order)
    for (let i = 0; i < end; i += 4) {
      const left = panel + (<usize>i >> 2) * TILE_BYTES
      const row = a + <usize>i * width
      for (let j = max(i, first); j < end; j += 4) {
        subtractTileF64(left, panel + (<usize>j >> 2) * TILE_BYTES, size, row + ((<usize>j) << 3), width)
      }
    }
  }
}
