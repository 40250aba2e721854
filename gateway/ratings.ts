import { randomUUIDv7 } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { RatingEvent, RatingScale } from '../models/events/types.ts'
import { eventId, itemId, recommendationId, timestamp, userId } from './schemas/parameters.ts'

export const MAX_BATCH = 1_000

/** A value on the scale of the log. */
export const ratingValue = ({ min, max }: RatingScale) => z.number().min(min).max(max)

/** A rating as clients post it, read as the event that goes onto the log. */
export function ratingSchema(scale: RatingScale) {
  return z
    .strictObject({
      userId,
      itemId,
      value: ratingValue(scale).nullable().openapi({ description: 'null withdraws the rating' }),
      occurredAt: timestamp.optional(),
      eventId: eventId.optional().openapi({ description: 'The same event sent twice counts once' }),
      recommendationId: recommendationId.optional().openapi({ description: 'The answer that led to this rating' }),
    })
    .openapi('Rating')
    .transform(ratingEvent)
}

interface RatingInput {
  readonly userId: string
  readonly itemId: string
  readonly value: number | null
  readonly occurredAt?: number | undefined
  readonly eventId?: string | undefined
  readonly recommendationId?: string | undefined
}

/** The event of a rating; what the client left out is minted. */
export function ratingEvent({
  userId,
  itemId,
  value,
  occurredAt,
  eventId,
  recommendationId,
}: RatingInput): RatingEvent {
  return {
    type: 'rating',
    eventId: eventId ?? randomUUIDv7(),
    userId,
    itemId,
    value,
    occurredAt: occurredAt ?? Date.now(),
    recommendationId: recommendationId ?? null,
  }
}
