import type { Connection } from './connection.ts'
import type { GenerationRow, ItemRow, MeasurementRow, RatingRow, ServedRow } from './port.ts'
import { encodeRows, type RowBinary } from './row-binary.ts'

const MAX_ROWS = 1_000_000

/** Where rows of a table go in: from here those of the erased are refused (migrations/004_erasures.sql, 006_served.sql). */
export const INTAKES = { ratings: 'incoming_ratings', served: 'incoming_served' } as const
const RATING_COLUMNS =
  'event_id, user_id, item_id, value, occurred_at, ingested_at, partition, offset, recommendation_id'
const SERVED_COLUMNS =
  'recommendation_id, user_id, items, strategy, generation, propensities, occurred_at, ingested_at, partition, offset, first_position'
const MEASUREMENT_COLUMNS = 'metric, variant, generation, value, weight, occurred_at, ingested_at, partition, offset'
const ITEM_COLUMNS = 'item_id, title, genres, year, poster, available, attributes, updated_at, offset, deleted'

/** @throws RangeError when there are more rows than one block holds, or a row is not what the table takes */
export async function insertRatings(connection: Connection, rows: readonly RatingRow[]): Promise<void> {
  await insert(connection, `${INTAKES.ratings} (${RATING_COLUMNS})`, rows, encodeRating)
}

/** @throws RangeError when there are more rows than one block holds */
export async function insertItems(connection: Connection, rows: readonly ItemRow[]): Promise<void> {
  await insert(connection, `items (${ITEM_COLUMNS})`, rows, encodeItem)
}

/** @throws RangeError when there are more rows than one block holds */
export async function insertServed(connection: Connection, rows: readonly ServedRow[]): Promise<void> {
  await insert(connection, `${INTAKES.served} (${SERVED_COLUMNS})`, rows, encodeServed)
}

/** @throws RangeError when there are more rows than one block holds */
export async function insertMeasurements(connection: Connection, rows: readonly MeasurementRow[]): Promise<void> {
  await insert(connection, `measurements (${MEASUREMENT_COLUMNS})`, rows, encodeMeasurement)
}

export async function insertGeneration(connection: Connection, row: GenerationRow): Promise<void> {
  // By name: parameters travel in the URL, and a whole generation in the place of its row would not fit.
  const { id, createdAt, hyperParameters, metrics, users, items, ratings, watermark, trainSeconds } = row
  await connection.write.command(
    `INSERT INTO generations VALUES ({id:String}, fromUnixTimestamp64Milli({createdAt:Int64}, 'UTC'), {hyperParameters:String},
      {metrics:Map(String, Float64)}, {users:UInt64}, {items:UInt64}, {ratings:UInt64}, {watermark:Array(UInt64)}, {trainSeconds:Float64})`,
    {
      id,
      createdAt,
      hyperParameters: JSON.stringify(hyperParameters),
      metrics,
      users,
      items,
      ratings,
      watermark,
      trainSeconds,
    },
  )
}

async function insert<Row>(
  connection: Connection,
  into: string,
  rows: readonly Row[],
  encode: (to: RowBinary, row: Row) => void,
): Promise<void> {
  if (rows.length === 0) return
  if (rows.length > MAX_ROWS) throw new RangeError(`one insert holds at most ${MAX_ROWS} rows, not ${rows.length}`)
  await connection.insertRowBinary(into, encodeRows(rows, encode))
}

/** In the order of RATING_COLUMNS. */
function encodeRating(to: RowBinary, { event, ingestedAt, partition, offset }: RatingRow): void {
  to.uuid(event.eventId)
  to.string(event.userId)
  to.string(event.itemId)
  to.nullable(event.value, to.float64)
  to.int64(event.occurredAt)
  to.int64(ingestedAt)
  to.uint32(partition)
  to.int64(offset)
  to.string(event.recommendationId ?? '')
}

/** In the order of SERVED_COLUMNS. */
function encodeServed(to: RowBinary, { event, ingestedAt, partition, offset }: ServedRow): void {
  to.string(event.recommendationId)
  to.string(event.userId)
  to.strings(event.itemIds)
  to.string(event.strategy)
  to.string(event.generation)
  to.float64s(event.propensities ?? [])
  to.int64(event.occurredAt)
  to.int64(ingestedAt)
  to.uint32(partition)
  to.int64(offset)
  to.uint32(event.firstPosition)
}

/** In the order of MEASUREMENT_COLUMNS. */
function encodeMeasurement(to: RowBinary, { event, ingestedAt, partition, offset }: MeasurementRow): void {
  to.string(event.metric)
  to.string(event.variant)
  to.string(event.generation)
  to.float64(event.value)
  to.float64(event.weight)
  to.int64(event.occurredAt)
  to.int64(ingestedAt)
  to.uint32(partition)
  to.int64(offset)
}

/** In the order of ITEM_COLUMNS. A deleted item keeps only its id and offset. */
function encodeItem(to: RowBinary, { itemId, offset, item }: ItemRow): void {
  to.string(itemId)
  to.string(item?.title ?? '')
  to.strings(item?.genres ?? [])
  to.nullable(item?.year ?? null, to.int32)
  to.nullable(item?.poster ?? null, to.string)
  to.uint8(item?.available ? 1 : 0)
  to.string(JSON.stringify(item?.attributes ?? {}))
  to.int64(item?.updatedAt ?? 0)
  to.int64(offset)
  to.uint8(item === null ? 1 : 0)
}
