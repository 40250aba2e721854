import type { Offset } from '../../models/events/types.ts'
import type { History, HistoryEntry } from '../../models/history/types.ts'
import { type ByteReader, type ByteWriter, createByteReader } from './bytes.ts'
import { decoded, userTitle } from './corrupt-record.ts'

/*
 * A history, little-endian: varint n · n × entry. An entry's times and offsets are differences to the entry before, whose sign
 * stands in the flags:
 *
 *   u8 flags · text item id · value · varint |Δ occurred at| · varint |Δ offset| · text event id
 *   · varint k · k × text superseded event id (only if the flags say so)
 */

/** Two bits say how the value stands there: not at all (withdrawn), as half-steps in a byte, or as an f64. */
const VALUE_KIND = 0b11
const WITHDRAWN = 0
const HALF_STEPS = 1
const DOUBLE = 2
const EARLIER = 0b100
const LOWER_OFFSET = 0b1000
const HAS_SUPERSEDED = 0b10000

/** Shared by all entries that superseded nothing. */
const NONE: readonly string[] = []

export function writeHistory(writer: ByteWriter, history: History): void {
  if (history instanceof StoredHistory) history.writeTo(writer)
  else writeEntries(writer, history)
}

function writeEntries(writer: ByteWriter, history: History): void {
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

/**
 * A history as it is stored: a seventh of the memory. It is read into entries when somebody looks at them, and again when they were
 * collected since; whoever only asks which items are known needs none. A Map, to everybody else, whose methods throw
 * CorruptRecordError where the bytes are no history although their checksum held.
 */
export class StoredHistory extends Map<string, HistoryEntry> implements History {
  readonly #userId: string
  readonly #bytes: Buffer
  readonly #size: number
  #entries: WeakRef<Map<string, HistoryEntry>> | undefined

  /** @param bytes  the history's own, whose checksum held */
  constructor(userId: string, bytes: Buffer) {
    super()
    this.#userId = userId
    this.#bytes = bytes
    this.#size = createByteReader(bytes, 0).varint()
  }

  /** Items that were rated, whatever the value; a withdrawn rating is none. */
  knownItems(): string[] {
    return this.#decoded(() => this.#readKnown())
  }

  #readKnown(): string[] {
    const reader = createByteReader(this.#bytes, 0)
    const known: string[] = []
    for (let n = reader.varint(); n > 0; n--) {
      const flags = reader.u8()
      const kind = flags & VALUE_KIND
      if (kind === WITHDRAWN) reader.skipText()
      else known.push(reader.text())
      if (kind === HALF_STEPS) reader.u8()
      else if (kind === DOUBLE) reader.f64()
      reader.varint()
      reader.varint()
      reader.skipText()
      if (flags & HAS_SUPERSEDED) for (let k = reader.varint(); k > 0; k--) reader.skipText()
    }
    return known
  }

  #decoded<T>(decode: () => T): T {
    return decoded(() => userTitle(this.#userId), decode)
  }

  writeTo(writer: ByteWriter): void {
    writer.raw(this.#bytes)
  }

  #read(): Map<string, HistoryEntry> {
    const standing = this.#entries?.deref()
    if (standing) return standing
    const entries = this.#decoded(() => readEntries(createByteReader(this.#bytes, 0)))
    this.#entries = new WeakRef(entries)
    return entries
  }

  override get size(): number {
    return this.#size
  }
  override get(itemId: string): HistoryEntry | undefined {
    return this.#read().get(itemId)
  }
  override has(itemId: string): boolean {
    return this.#read().has(itemId)
  }
  override keys() {
    return this.#read().keys()
  }
  override values() {
    return this.#read().values()
  }
  override entries() {
    return this.#read().entries()
  }
  override [Symbol.iterator]() {
    return this.entries()
  }
  override forEach(look: (entry: HistoryEntry, itemId: string, map: Map<string, HistoryEntry>) => void): void {
    this.#read().forEach(look)
  }
}

function readTexts(reader: ByteReader): string[] {
  const texts: string[] = []
  for (let n = reader.varint(); n > 0; n--) texts.push(reader.text())
  return texts
}

function readEntries(reader: ByteReader): Map<string, HistoryEntry> {
  const history = new Map<string, HistoryEntry>()
  let occurredAt = 0
  let offset = 0
  const size = reader.varint()
  for (let n = size; n > 0; n--) {
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
  reader.end()
  if (history.size !== size) throw new RangeError(`it names ${size - history.size} items twice`)
  return history
}
