/** Items are scanned in blocks of so many, whose hidden items are told by one word of bits. */
export const BLOCK = 32
/** All items of a block hidden. */
export const ALL: u32 = 0xffffffff

/** A search for the items of greatest score. models/ranking/scan-job.ts writes it, and knows the order of its fields. */
@unmanaged
export class ScanJob {
  /** Items, of `dimensions` numbers each, and blocks of them: the last one may be partly of hidden items that there are not. */
  rows: i32
  blocks: i32
  dimensions: i32
  /** V, its rows padded with zeros to `width`, a multiple of 8 */
  width: i32
  factors: usize
  /** Blocks turned on their side (score.ts); 0: not at hand */
  panels: usize
  /** Blocks in 7 bits a number, and what tells how exact they are (encode.ts); 0: not at hand */
  codes: usize
  bounds: usize
  /** Items in the order of the blocks, to the end of the last one; 0: that of the rows */
  order: usize
  /** u, padded with zeros to `width` */
  user: usize
  /** A bit an item in the order of the blocks, set: not to be listed */
  hidden: usize
  /** At least 1. */
  k: i32
  /** Room for k results: f32 score, i32 item */
  kept: usize
  /** Room for so many candidates of 8 bytes. */
  candidates: usize
  room: i32
  /** 128 bytes, then `width` more */
  scratch: usize
  /** f32 an item, at least 0: what its score is multiplied by; 0: scores stay as they are */
  reciprocals: usize
  /** f32 a block: the greatest of them. With codes only. */
  greatest: usize
  /** How many are kept, and how many candidates there are. */
  size: i32
  count: i32
  /** What encodeUser (bounds.ts) leaves. */
  start: i32
  scale: f64
  perNorm: f64
  perError: f64
  reach: f64
  underflow: f64
  slack: f64
}

/** Bytes of one block of codes. */
export function codeBytes(job: ScanJob): usize {
  return <usize>job.width * BLOCK
}

/** A block's part of the hidden bits. */
export function hiddenIn(job: ScanJob, block: i32): u32 {
  return load<u32>(job.hidden + ((<usize>block) << 2))
}
