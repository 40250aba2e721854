import { HALF_LIVES_MS } from '../../models/ranking/decay.ts'
import type { Fortnight, ItemStatistics, Rater } from '../../models/ranking/types.ts'
import { type ByteReader, type ByteWriter, createByteReader, createByteWriter } from './bytes.ts'
import { decoded } from './corrupt-record.ts'

/*
 * The statistics of an item, little-endian:
 *
 *   u8 version · varint count · varint positives · f64 sum · f64 decayed at · f64 decayed, for each of HALF_LIVES_MS
 *   varint n · n × (text user id · f64 occurred at · varint offset)      raters, latest first; n = 0: none are kept
 *   varint n · n × (f64 latest · varint positives · u8 is rest · f64 decayed, for each of HALF_LIVES_MS)      fortnights
 *
 * Version 2 had no fortnights.
 */
const VERSION = 3
const WITHOUT_FORTNIGHTS = 2
const FORMER_VERSION = 1
/** The one sum of version 1 was that of a week. */
const FORMER_HALF_LIFE_MS = HALF_LIVES_MS[1]

export function encodeStatistics(statistics: ItemStatistics): Buffer {
  const { count, positives, sum, decayed, decayedAt, raters = [], fortnights = [] } = statistics
  const writer = createByteWriter()
  writer.u8(VERSION)
  writer.varint(count)
  writer.varint(positives)
  writer.f64(sum)
  writer.f64(decayedAt)
  writeSums(writer, decayed)
  writer.varint(raters.length)
  for (const { userId, occurredAt, offset } of raters) {
    writer.text(userId)
    writer.f64(occurredAt)
    writer.varint(offset)
  }
  writer.varint(fortnights.length)
  for (const { latest, positives, isRest, decayed } of fortnights) {
    writer.f64(latest)
    writer.varint(positives)
    writer.u8(isRest ? 1 : 0)
    writeSums(writer, decayed)
  }
  return writer.finish()
}

function writeSums(writer: ByteWriter, decayed: readonly number[]): void {
  for (let i = 0; i < HALF_LIVES_MS.length; i++) writer.f64(decayed[i] ?? 0)
}

const readSums = (reader: ByteReader): number[] => HALF_LIVES_MS.map(() => reader.f64())

/** @throws CorruptRecordError naming the item */
export function decodeStatistics(itemId: string, bytes: Buffer): ItemStatistics {
  return decoded(
    () => `The stored statistics of item ${JSON.stringify(itemId)}`,
    () => {
      const reader = createByteReader(bytes, 0)
      const version = reader.u8()
      if (version === FORMER_VERSION) return readFormer(reader)
      if (version !== VERSION && version !== WITHOUT_FORTNIGHTS)
        throw new RangeError(`version ${version}, expected ${VERSION}`)
      const statistics = {
        count: reader.varint(),
        positives: reader.varint(),
        sum: reader.f64(),
        decayedAt: reader.f64(),
        decayed: readSums(reader),
      }
      const raters = readRaters(reader)
      const fortnights = version === VERSION ? readFortnights(reader) : []
      reader.end()
      return { ...statistics, ...(raters.length > 0 && { raters }), ...(fortnights.length > 0 && { fortnights }) }
    },
  )
}

function readRaters(reader: ByteReader): Rater[] {
  const raters: Rater[] = []
  for (let n = reader.varint(); n > 0; n--)
    raters.push({ userId: reader.text(), occurredAt: reader.f64(), offset: reader.varint() })
  return raters
}

function readFortnights(reader: ByteReader): Fortnight[] {
  const fortnights: Fortnight[] = []
  for (let n = reader.varint(); n > 0; n--) {
    const [latest, positives, isRest] = [reader.f64(), reader.varint(), reader.u8() === 1]
    fortnights.push({ latest, positives, isRest, decayed: readSums(reader) })
  }
  return fortnights
}

/**
 *   u8 version · varint count · varint positives · f64 sum · f64 decayed, over a week · f64 decayed at
 *
 * The other sums are taken as if all positives were of one age, the one that makes their sum over a week. How their times spread
 * around it is lost until the state is filled again from the log: the sum over a day is then too small, that over a month too
 * large, by an error that halves with each half-life. So are the raters of before.
 */
function readFormer(reader: ByteReader): ItemStatistics {
  const [count, positives, sum, overWeek, decayedAt] = [
    reader.varint(),
    reader.varint(),
    reader.f64(),
    reader.f64(),
    reader.f64(),
  ]
  const decayed = HALF_LIVES_MS.map((halfLife) =>
    positives > 0 ? positives * (overWeek / positives) ** (FORMER_HALF_LIFE_MS / halfLife) : 0,
  )
  return { count, positives, sum, decayed, decayedAt }
}
