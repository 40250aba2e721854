import { messageOf } from '../infra/errors.ts'
import { isBlank } from '../infra/event-log/erased-records.ts'
import type { EventLog, LogRecord } from '../infra/event-log/port.ts'
import { decodeEvent } from '../models/events/codec.ts'
import { readItem } from '../models/events/read-item.ts'
import { servedKey } from '../models/events/served-key.ts'
import type { Event, Item, Measurement, RatingEvent, Served, UserErased } from '../models/events/types.ts'
import {
  checkEvent,
  checkEventId,
  checkMeasurement,
  checkServed,
  type Fault,
  inWords,
} from '../models/events/validation.ts'

/** A record that holds nothing for its topic. */
export interface Refused {
  readonly record: LogRecord
  /** Why, without what somebody rated. */
  readonly reason: string
  /** Of an event that could be read, and is still none for us. */
  readonly eventId?: string
}

/** A record of topic `ratings`, read: an event, or why it is none. */
export type Reading = { readonly record: LogRecord; readonly event: RatingEvent | UserErased } | Refused

/**
 * Reads records of topic `ratings`. Every consumer goes through here, so that all agree on which records count: the time limit is
 * taken against the time of append, so that a replay years later decides the same. Where something was removed, nothing is read.
 */
export function readRatings(log: EventLog, records: readonly LogRecord[]): Reading[] {
  return records.flatMap((record) => (isBlank(record) ? [] : [readOne(log, record)]))
}

function readOne(log: EventLog, record: LogRecord): Reading {
  if (record.value === null) return { record, reason: 'the record has no value' }
  try {
    const event = decodeEvent(record.value)
    if (event.type !== 'rating' && event.type !== 'user-erased')
      return { record, reason: `an event of type ${event.type} does not belong on topic ratings` }
    const reason = faultOf(log, record, event)
    if (reason === undefined) return { record, event }
    const { eventId } = event
    return { record, reason, ...(checkEventId(eventId) === undefined && { eventId }) }
  } catch (error) {
    return { record, reason: messageOf(error) }
  }
}

function faultOf(log: EventLog, record: LogRecord, event: RatingEvent | UserErased): string | undefined {
  if (event.userId !== record.key) return 'the key is not the user id of the event'
  if (log.partitionOf('ratings', record.key) !== record.partition)
    return 'the record is not on the partition of its user'
  return inWords(checkEvent(event, log.identity.scale, record.appendedAt))
}

/** A record of topic `items`, read: the item, null for its deletion, or why it is none. */
export type ItemReading = { readonly record: LogRecord; readonly item: Item | null } | Refused

/** Reads records of topic `items`. */
export function readItems(records: readonly LogRecord[]): ItemReading[] {
  return records.map((record) => ({ record, ...readItem(record) }))
}

/** A record of a topic that holds events of one type alone, read. */
export type FigureReading<E> = { readonly record: LogRecord; readonly event: E } | Refused

/** Reads records of topic `served`: the key is the user's id, of a list that is nobody's own that of the answer. */
export const readServed = (records: readonly LogRecord[]): FigureReading<Served>[] =>
  readFigures('served', records, (event, { key, appendedAt }) =>
    key === servedKey(event)
      ? checkServed(event, appendedAt)
      : [{ path: 'key', message: 'is not the user id of the event' }],
  )

/** Reads records of topic `measurements`. */
export const readMeasurements = (records: readonly LogRecord[]): FigureReading<Measurement>[] =>
  readFigures('measurement', records, (event, { appendedAt }) => checkMeasurement(event, appendedAt))

function readFigures<T extends 'served' | 'measurement', E extends Extract<Event, { type: T }>>(
  type: T,
  records: readonly LogRecord[],
  check: (event: E, record: LogRecord) => Fault[],
): FigureReading<E>[] {
  return records.flatMap((record): FigureReading<E>[] => {
    if (isBlank(record)) return []
    if (record.value === null) return [{ record, reason: 'the record has no value' }]
    try {
      const event = decodeEvent(record.value)
      if (event.type !== type) return [{ record, reason: `an event of type ${event.type} does not belong here` }]
      const reason = inWords(check(event as E, record))
      return [reason === undefined ? { record, event: event as E } : { record, reason }]
    } catch (error) {
      return [{ record, reason: messageOf(error) }]
    }
  })
}
