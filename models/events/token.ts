import type { Offset } from './types.ts'

/** A place on the log that a write has reached. */
export interface TokenPosition {
  readonly partition: number
  readonly offset: Offset
}

/** What a token stands for: the log, and the highest offset on each partition that was touched. */
export interface Token {
  readonly logId: string
  /** Of topic `ratings`. */
  readonly positions: readonly TokenPosition[]
  /** Of topic `items`. */
  readonly items: readonly TokenPosition[]
}

/** Contract. Reached with positions on 60 partitions and offsets of 2^35; a topic of more partitions needs another form. */
const MAX_LENGTH = 512
const ID_BYTES = 16
/** Partitions of topic `items` are counted from here, which is more than a topic has. */
const ITEMS_FROM = 2 ** 20

/**
 * What a client gives back to read its own writes: opaque to it, bytes in base64url to us: the log's id, then by ascending
 * partition the step from the former one and the offset, as varints.
 * @param logId      a UUID
 * @param positions  of topic `ratings`
 * @param items      of topic `items`
 */
export function encodeToken(
  logId: string,
  positions: readonly TokenPosition[],
  items: readonly TokenPosition[] = [],
): string {
  const highest = new Map<number, Offset>()
  const note = (partition: number, offset: Offset) =>
    highest.set(partition, Math.max(offset, highest.get(partition) ?? 0))
  for (const { partition, offset } of positions) note(partition, offset)
  for (const { partition, offset } of items) note(ITEMS_FROM + partition, offset)
  const bytes = [...bytesOf(logId)]
  let last = 0
  for (const [partition, offset] of [...highest].sort(([a], [b]) => a - b)) {
    pushVarint(bytes, partition - last)
    pushVarint(bytes, offset)
    last = partition
  }
  return Buffer.from(bytes).toString('base64url')
}

/** Of the log that was asked for last: a process has one. */
let known: { readonly logId: string; readonly bytes: Buffer } | undefined

function bytesOf(logId: string): Buffer {
  if (known?.logId !== logId) known = { logId, bytes: Buffer.from(logId.replaceAll('-', ''), 'hex') }
  return known.bytes
}

/** @returns undefined for a text that is no token */
export function decodeToken(token: string): Token | undefined {
  if (token.length > MAX_LENGTH || !/^[\w-]+$/.test(token)) return undefined
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length < ID_BYTES) return undefined
  const logId = bytes.toString('hex', 0, ID_BYTES).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  const numbers = readVarints(bytes.subarray(ID_BYTES))
  if (numbers === undefined || numbers.length % 2 !== 0) return undefined
  const positions: TokenPosition[] = []
  for (let i = 0, partition = 0; i < numbers.length; i += 2) {
    partition += numbers[i] as number
    if (partition > Number.MAX_SAFE_INTEGER) return undefined
    positions.push({ partition, offset: numbers[i + 1] as number })
  }
  const isOfItems = ({ partition }: TokenPosition): boolean => partition >= ITEMS_FROM
  return {
    logId,
    positions: positions.filter((position) => !isOfItems(position)),
    items: positions.filter(isOfItems).map(({ partition, offset }) => ({ partition: partition - ITEMS_FROM, offset })),
  }
}

/** Seven bits a byte, the lowest first; by division, since offsets go beyond 32 bits. */
function pushVarint(bytes: number[], value: number): void {
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  bytes.push(rest)
}

function readVarints(bytes: Uint8Array): number[] | undefined {
  const numbers: number[] = []
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale
    scale *= 0x80
    if (value > Number.MAX_SAFE_INTEGER) return undefined
    if (byte & 0x80) continue
    numbers.push(value)
    value = 0
    scale = 1
  }
  return scale === 1 ? numbers : undefined
}
