import { readdirSync, readFileSync } from 'node:fs'
import avro from 'avsc'
import { crc64Avro } from './crc64-avro.ts'
import type { Event } from './types.ts'

const FOLDER = new URL('./schemas/', import.meta.url)

/** One version of one event's schema. Schemas are code in another notation: these files are the only ones that `models` reads. */
export interface EventSchema {
  readonly event: Event['type']
  readonly version: number
  /** Name under schemas/, "rating.v1.avsc" */
  readonly file: string
  /** CRC-64-AVRO as 16 hex digits */
  readonly fingerprint: string
  readonly type: avro.Type
}

/** Every schema there is, by event, oldest first. */
export const SCHEMAS: readonly EventSchema[] = readdirSync(FOLDER)
  .map((file) => {
    const [, event, version] = /^([a-z-]+)\.v(\d+)\.avsc$/.exec(file) ?? []
    if (event === undefined) throw new Error(`models/events/schemas/${file}: expected a name like rating.v1.avsc`)
    const type = avro.Type.forSchema(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')))
    const fingerprint = crc64Avro(JSON.stringify(type.schema())).toString(16).padStart(16, '0')
    return { event: event as Event['type'], version: Number(version), file, fingerprint, type }
  })
  .sort((a, b) => (a.event === b.event ? a.version - b.version : a.event < b.event ? -1 : 1))

/** The version that is written now. */
export function newest(event: Event['type']): EventSchema {
  const found = SCHEMAS.findLast((schema) => schema.event === event)
  if (found === undefined) throw new Error(`no schema for events of type ${event}`)
  return found
}
