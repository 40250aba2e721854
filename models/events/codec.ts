import type avro from 'avsc'
import { escapedJoin, escapedSplit } from './joined.ts'
import { newest, SCHEMAS } from './schemas.ts'
import type { AttributeValue, Event } from './types.ts'

/** Bytes that are no event. The message says why. */
export class UndecodableEventError extends Error {
  override readonly name = 'UndecodableEventError'
}

/** Avro single-object encoding: the marker, the schema's fingerprint little-endian, the body. */
const MARKER = [0xc3, 0x01] as const
const HEADER_BYTES = 10
const SCALARS = new Set(['string', 'boolean'])

type Wire = Record<string, unknown>
interface Form<E extends Event> {
  toWire(event: E): Wire
  fromWire(wire: Wire): E
}

/** Where an event differs from its record: lists are joined, attributes are JSON (no arrays on the wire). */
const FORMS: { readonly [T in Event['type']]: Form<Extract<Event, { type: T }>> } = {
  rating: {
    toWire: (event) => event as unknown as Wire,
    // Field by field: the one form of which speed matters.
    fromWire: ({ eventId, userId, itemId, value, occurredAt, recommendationId }) =>
      ({
        type: 'rating',
        eventId: canonicalUuid(eventId as string),
        userId,
        itemId,
        value: value === null ? null : finite(value),
        occurredAt,
        recommendationId,
      }) as never,
  },
  'user-erased': {
    toWire: (event) => event as unknown as Wire,
    fromWire: (wire) => ({ type: 'user-erased', ...wire, eventId: canonicalUuid(wire.eventId as string) }) as never,
  },
  measurement: {
    toWire: (event) => event as unknown as Wire,
    fromWire: (wire) =>
      ({ type: 'measurement', ...wire, value: finite(wire.value), weight: finite(wire.weight) }) as never,
  },
  item: {
    toWire: (item) => ({ ...item, genres: escapedJoin(item.genres), attributes: JSON.stringify(item.attributes) }),
    fromWire: (wire) =>
      ({
        type: 'item',
        ...wire,
        genres: escapedSplit(wire.genres as string),
        year: wire.year === null ? null : int32(wire.year as number),
        attributes: attributesOf(wire.attributes as string),
      }) as never,
  },
  served: {
    toWire: (served) => ({
      ...served,
      itemIds: escapedJoin(served.itemIds),
      propensities: served.propensities?.join('|') ?? null,
    }),
    fromWire: (wire) =>
      ({
        type: 'served',
        ...wire,
        itemIds: escapedSplit(wire.itemIds as string),
        propensities: numbersOf(wire.propensities as string | null),
        firstPosition: int32(wire.firstPosition as number),
      }) as never,
  },
}

interface Writer {
  readonly header: Buffer
  readonly type: avro.Type
}
interface Reader {
  readonly event: Event['type']
  readonly read: (body: Buffer) => Wire
}

function headerOf(fingerprint: string): Buffer {
  return Buffer.from([...MARKER, ...Buffer.from(fingerprint, 'hex').reverse()])
}

function fingerprintBytes(header: Buffer): string {
  return header.toString('latin1', MARKER.length, HEADER_BYTES)
}

const WRITERS = Object.fromEntries(
  Object.keys(FORMS).map((event) => {
    const { fingerprint, type } = newest(event as Event['type'])
    return [event, { header: headerOf(fingerprint), type }]
  }),
) as Record<Event['type'], Writer>

/** For every version ever released, by the fingerprint's eight bytes as they stand in the header. */
const READERS = new Map<string, Reader>(
  SCHEMAS.map(({ event, fingerprint, type: written }) => {
    const { type } = newest(event)
    const resolver = type === written ? undefined : type.createResolver(written)
    return [fingerprintBytes(headerOf(fingerprint)), { event, read: (body) => type.fromBuffer(body, resolver) as Wire }]
  }),
)

let scratch = Buffer.alloc(64 << 10)

/** An event in Avro single-object encoding, in the newest version of its schema. */
export function encodeEvent(event: Event): Buffer {
  const { header, type } = WRITERS[event.type]
  const wire = (FORMS[event.type] as Form<Event>).toWire(event)
  header.copy(scratch)
  let end = type.encode(wire, scratch, HEADER_BYTES)
  // A negative end says by how many bytes the buffer was too small.
  if (end < 0) {
    scratch = Buffer.alloc(2 * (scratch.length - end))
    header.copy(scratch)
    end = type.encode(wire, scratch, HEADER_BYTES)
  }
  return Buffer.from(scratch.subarray(0, end))
}

/**
 * Reads an event of any version ever released.
 * @throws UndecodableEventError
 */
export function decodeEvent(bytes: Uint8Array): Event {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (buffer.length < HEADER_BYTES) throw new UndecodableEventError(`${buffer.length} bytes are too few for an event`)
  if (buffer[0] !== MARKER[0] || buffer[1] !== MARKER[1])
    throw new UndecodableEventError(
      `it begins with ${buffer.toString('hex', 0, 2)}, not with c301 as Avro single-object encoding does`,
    )
  const reader = READERS.get(fingerprintBytes(buffer))
  if (reader === undefined) {
    const fingerprint = Buffer.from(buffer.subarray(MARKER.length, HEADER_BYTES)).reverse().toString('hex')
    throw new UndecodableEventError(`no schema with fingerprint ${fingerprint} was ever released`)
  }
  try {
    return FORMS[reader.event].fromWire(reader.read(buffer.subarray(HEADER_BYTES)))
  } catch (error) {
    throw new UndecodableEventError(`the body is no ${reader.event}: ${(error as Error).message}`)
  }
}

/** One UUID, one text: histories compare event ids as texts, ClickHouse as UUIDs. */
const canonicalUuid = (uuid: string): string => uuid.toLowerCase()

function finite(value: unknown): number {
  if (Number.isFinite(value)) return value as number
  throw new Error(`${value} is no finite number`)
}

/** avsc reads more bits than an int may have. */
function int32(value: number): number {
  if (value === (value | 0)) return value
  throw new Error(`${value} does not fit into 32 bits`)
}

function numbersOf(joined: string | null): number[] | null {
  if (joined === null) return null
  return joined === '' ? [] : joined.split('|').map((text) => finite(Number(text)))
}

function attributesOf(json: string): Record<string, AttributeValue> {
  const attributes: unknown = JSON.parse(json)
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes))
    throw new Error('attributes are not a JSON object')
  for (const [name, value] of Object.entries(attributes))
    if (!isAttributeValue(value))
      throw new Error(`attribute '${name}' is neither a text, finite number, boolean nor list of texts`)
  return attributes as Record<string, AttributeValue>
}

const isAttributeValue = (value: unknown): boolean =>
  // JSON's 1e999 is read as infinity, which cannot be written again.
  Array.isArray(value) ? value.every(isText) : Number.isFinite(value) || SCALARS.has(typeof value)

const isText = (value: unknown): boolean => typeof value === 'string'
