import { crc32 } from 'node:zlib'
import type { Offset } from '../../models/events/types.ts'
import { createByteReader, createByteWriter } from './bytes.ts'
import { decoded, userTitle } from './corrupt-record.ts'
import type { UserRecord } from './port.ts'
import { StoredHistory, writeHistory } from './stored-history.ts'

/*
 * A user's record, little-endian. The head is the same in every version, so that a compare-and-set (also one in Lua) reads
 * the applied offset without knowing the rest:
 *
 *   u8 version · f64 applied offset · u32 CRC-32 of all other bytes
 *   text generation ("" for none) · varint d (0 for no vector) · d × f32
 *   history (stored-history.ts)
 */
const USER_VERSION = 1
const APPLIED_OFFSET_AT = 1
const CHECKSUM_AT = 9
const BODY_AT = 13

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
      const history = new StoredHistory(userId, Buffer.from(bytes.subarray(bytes.length - reader.remaining())))
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

/** What is left of a user. @param appliedOffset  of the erasure */
export function erasedAt(userId: string, appliedOffset: Offset): UserRecord {
  return { userId, history: new Map(), vector: undefined, generation: undefined, appliedOffset }
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

function checksum(bytes: Buffer): number {
  return crc32(bytes.subarray(BODY_AT), crc32(bytes.subarray(0, CHECKSUM_AT)))
}
