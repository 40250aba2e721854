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

type Wire = Record<string, unknown>
interface Form<E extends Event> {
  toWire(event: E): Wire
  fromWire(wire: Wire): E
}

/** Where an event differs from its record: lists are joined, attributes are JSON (no arrays on the wire). */
const FORMS: { readonly [T in Event['type']]: Form<Extract<Event, { type: T }>> } = {
  rating: { toWire: (event) => ({ ...event }), fromWire: (wire) => ({ type: 'rating', ...wire }) as never },
  'user-erased': { toWire: (event) => ({ ...event }), fromWire: (wire) => ({ type: 'user-erased', ...wire }) as never },
  measurement: { toWire: (event) => ({ ...event }), fromWire: (wire) => ({ type: 'measurement', ...wire }) as never },
  item: {
    toWire: (item) => ({ ...item, genres: escapedJoin(item.genres), attributes: JSON.stringify(item.attributes) }),
    fromWire: (wire) =>
      ({
        type: 'item',
        ...wire,
        genres: escapedSplit(wire.genres as string),
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
        propensities: (wire.propensities as string | null)?.split('|').map(Number) ?? null,
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

const WRITERS = Object.fromEntries(
  Object.keys(FORMS).map((event) => {
    const { fingerprint, type } = newest(event as Event['type'])
    return [event, { header: headerOf(fingerprint), type }]
  }),
) as Record<Event['type'], Writer>

/** By fingerprint, for every version ever released. */
const READERS = new Map<string, Reader>(
  SCHEMAS.map(({ event, fingerprint, type: written }) => {
    const { type } = newest(event)
    const resolver = type === written ? undefined : type.createResolver(written)
    return [fingerprint, { event, read: (body) => type.fromBuffer(body, resolver) as Wire }]
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
  const fingerprint = Buffer.from(buffer.subarray(2, HEADER_BYTES)).reverse().toString('hex')
  const reader = READERS.get(fingerprint)
  if (reader === undefined)
    throw new UndecodableEventError(`no schema with fingerprint ${fingerprint} was ever released`)
  try {
    return FORMS[reader.event].fromWire(reader.read(buffer.subarray(HEADER_BYTES)))
  } catch (error) {
    throw new UndecodableEventError(`the body is no ${reader.event}: ${(error as Error).message}`)
  }
}

function attributesOf(json: string): Record<string, AttributeValue> {
  const value: unknown = JSON.parse(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('attributes are not a JSON object')
  return value as Record<string, AttributeValue>
}
