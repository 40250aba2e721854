import { hash } from 'node:crypto'
import type { RatingRow } from './port.ts'

/** Between two fields: no id holds it. */
const SEPARATOR = '\0'

const bits = new DataView(new ArrayBuffer(8))

/** A number as its 64 bits, which no two ways of writing numbers read differently. */
function bitsOf(value: number): string {
  bits.setFloat64(0, value)
  return String(bits.getBigUint64(0))
}

/** 64 bits of everything that a row says: the first of an MD5, which ClickHouse computes alike. */
export function rowHash({ event, ingestedAt, partition, offset }: RatingRow): bigint {
  const { userId, itemId, eventId, value, occurredAt } = event
  const fields = [
    userId,
    itemId,
    eventId.toLowerCase(),
    value === null ? '' : bitsOf(value),
    occurredAt,
    ingestedAt,
    partition,
    offset,
  ]
  return BigInt(`0x${hash('md5', fields.join(SEPARATOR), 'hex').slice(0, 16)}`)
}

/** The same of a row of the table. */
export const ROW_HASH = `halfMD5(concatWithSeparator('\\0', user_id, item_id, toString(event_id),
  ifNull(toString(reinterpretAsUInt64(value)), ''), toString(toUnixTimestamp64Milli(occurred_at)),
  toString(toUnixTimestamp64Milli(ingested_at)), toString(partition), toString(offset)))`
