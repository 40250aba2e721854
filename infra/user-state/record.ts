import { crc32 } from 'node:zlib'
import type { Offset } from '../../models/events/types.ts'
import type { History, HistoryEntry } from '../../models/history/types.ts'
import { type ByteReader, type ByteWriter, createByteReader, createByteWriter } from './bytes.ts'
import { decoded } from './corrupt-record.ts'
import type { UserRecord } from './port.ts'

/*
 * A user's record, little-endian. The head is the same in every version, so that a compare-and-set (also one in Lua) reads
 * the applied offset without knowing the rest:
 *
 *   u8 version · f64 applied offset · u32 CRC-32 of all other bytes
 *   text generation ("" for none) · varint d (0 for no vector) · d × f32
 *   varint n · n × entry
 *
 * An entry's times and offsets are differences to the entry before, whose sign stands in the flags:
 *
 *   u8 flags · text item id · value · varint |Δ occurred at| · varint |Δ offset| · text event id
 *   · varint k · k × text superseded event id (only if the flags say so)
 */
const USER_VERSION = 1
const APPLIED_OFFSET_AT = 1
const CHECKSUM_AT = 9
const BODY_AT = 13

/** Two bits say how the value stands there: not at all (withdrawn), as half-steps in a byte, or as an f64. */
const VALUE_KIND = 0b11
const WITHDRAWN = 0
const HALF_STEPS = 1
const DOUBLE = 2
const EARLIER = 0b100
const LOWER_OFFSET = 0b1000
const HAS_SUPERSEDED = 0b10000

/** Applied offset of an encoded user record, without decoding the rest. @throws CorruptRecordError naming the user */
export function appliedOffsetOf(userId: string, bytes: Buffer): Offset {
  return decoded(
    () => userTitle(userId),
    () => bytes.readDoubleLE(APPLIED_OFFSET_AT),
  )
}

/** The record without its user id, which is the key it is stored under. */
export function encodeUser(record: UserRecord): Buffer {
  const { vector, history } = record
  const writer = createByteWriter()
  writer.u8(USER_VERSION)
  writer.f64(record.appliedOffset)
  writer.raw(new Uint8Array(BODY_AT - CHECKSUM_AT))
  writer.text(record.generation ?? '')
  writer.varint(vector?.length ?? 0)
  if (vector) writer.raw(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength))
  writeHistory(writer, history)
  const bytes = writer.finish()
  bytes.writeUInt32LE(checksum(bytes), CHECKSUM_AT)
  return bytes
}

/** @throws CorruptRecordError naming the user */
export function decodeUser(userId: string, bytes: Buffer): UserRecord {
  return decoded(
    () => userTitle(userId),
    () => {
      if (bytes[0] !== USER_VERSION) throw new RangeError(`version ${bytes[0]}, expected ${USER_VERSION}`)
      if (bytes.readUInt32LE(CHECKSUM_AT) !== checksum(bytes)) throw new RangeError('its checksum does not hold')
      const reader = createByteReader(bytes, BODY_AT)
      const generation = reader.text()
      const d = reader.varint()
      const vector = d === 0 ? undefined : new Float32Array(reader.raw(d * Float32Array.BYTES_PER_ELEMENT))
      const history = readHistory(reader)
      return {
        userId,
        history,
        vector,
        generation: generation || undefined,
        appliedOffset: appliedOffsetOf(userId, bytes),
      }
    },
  )
}

/** Of the bytes that `rereadUser` decoded a record from. */
const checksums = new WeakMap<UserRecord, number>()

/**
 * As `decodeUser`, but `known` itself where it was decoded here from the same bytes: a long history takes a millisecond.
 * @throws CorruptRecordError naming the user
 */
export function rereadUser(userId: string, bytes: Buffer, known: UserRecord | undefined): UserRecord {
  const written = decoded(
    () => userTitle(userId),
    () => bytes.readUInt32LE(CHECKSUM_AT),
  )
  const isSame =
    known?.userId === userId &&
    known.appliedOffset === appliedOffsetOf(userId, bytes) &&
    checksums.get(known) === written
  if (isSame) return known
  const record = decodeUser(userId, bytes)
  checksums.set(record, written)
  return record
}

function userTitle(userId: string): string {
  return `The stored state of user ${JSON.stringify(userId)}`
}

function checksum(bytes: Buffer): number {
  return crc32(bytes.subarray(BODY_AT), crc32(bytes.subarray(0, CHECKSUM_AT)))
}

function writeHistory(writer: ByteWriter, history: History): void {
  writer.varint(history.size)
  let time = 0
  let offset = 0
  for (const entry of history.values()) {
    writeEntry(writer, entry, time, offset)
    time = entry.occurredAt
    offset = entry.offset
  }
}

function writeEntry(writer: ByteWriter, entry: HistoryEntry, timeBefore: number, offsetBefore: Offset): void {
  const { value, superseded } = entry
  const kind =
    value === null ? WITHDRAWN : value >= 0 && value < 128 && Number.isInteger(value * 2) ? HALF_STEPS : DOUBLE
  const earlier = entry.occurredAt < timeBefore ? EARLIER : 0
  const lowerOffset = entry.offset < offsetBefore ? LOWER_OFFSET : 0
  writer.u8(kind | earlier | lowerOffset | (superseded.length > 0 ? HAS_SUPERSEDED : 0))
  writer.text(entry.itemId)
  if (kind === HALF_STEPS) writer.u8(Number(value) * 2)
  else if (kind === DOUBLE) writer.f64(Number(value))
  writer.varint(Math.abs(entry.occurredAt - timeBefore))
  writer.varint(Math.abs(entry.offset - offsetBefore))
  writer.text(entry.eventId)
  if (superseded.length === 0) return
  writer.varint(superseded.length)
  for (const eventId of superseded) writer.text(eventId)
}

/** Shared by all entries that superseded nothing. */
const NONE: readonly string[] = []

function readTexts(reader: ByteReader): string[] {
  return Array.from({ length: reader.varint() }, reader.text)
}

function readHistory(reader: ByteReader): History {
  const history = new Map<string, HistoryEntry>()
  let occurredAt = 0
  let offset = 0
  for (let n = reader.varint(); n > 0; n--) {
    const flags = reader.u8()
    const itemId = reader.text()
    const kind = flags & VALUE_KIND
    const value = kind === WITHDRAWN ? null : kind === HALF_STEPS ? reader.u8() / 2 : reader.f64()
    occurredAt += flags & EARLIER ? -reader.varint() : reader.varint()
    offset += flags & LOWER_OFFSET ? -reader.varint() : reader.varint()
    const eventId = reader.text()
    const superseded = flags & HAS_SUPERSEDED ? readTexts(reader) : NONE
    history.set(itemId, { itemId, value, occurredAt, offset, eventId, superseded })
  }
  return history
}
