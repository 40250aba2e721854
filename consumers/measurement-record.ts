import type { NewRecord } from '../infra/event-log/port.ts'
import { encodeEvent } from '../models/events/codec.ts'
import type { Measurement } from '../models/events/types.ts'

/** As it stands on topic `measurements`. */
export const measurementRecord = (event: Measurement): NewRecord => ({
  key: `${event.metric}/${event.variant}`,
  value: encodeEvent(event),
})
