/**
 * x · y + sum, with one rounding where the processor has it (every one of the last ten years), with two elsewhere: nearly a
 * fifth faster, and a little more exact. The same bits whenever it runs on the same machine. Scores are not made of this
 * (dot.ts says what of).
 */
export function multiplyAdd(x: v128, y: v128, sum: v128): v128 {
  return f32x4.relaxed_madd(x, y, sum)
}

/** sum − x · y */
export function multiplySubtract(x: v128, y: v128, sum: v128): v128 {
  return f32x4.relaxed_nmadd(x, y, sum)
}

/** sum − x · y in double precision */
export function multiplySubtractF64(x: v128, y: v128, sum: v128): v128 {
  return f64x2.relaxed_nmadd(x, y, sum)
}
