import { createRoute, z } from '@hono/zod-openapi'
import type { Position } from '../../infra/event-log/port.ts'
import type { App, Gateway } from '../context.ts'
import { ingestLines, isNdjson, lineOutcome, NDJSON } from '../lines.ts'
import { MAX_BATCH, ratingSchema } from '../ratings.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { oneOrMany, token } from '../schemas/parameters.ts'

const ratingsAccepted = z.object({ accepted: z.int(), token, ...lineOutcome }).openapi('RatingsAccepted')

export const postRatings = (app: App, { log, publisher, settings }: Gateway) => {
  const rating = ratingSchema(log.identity.scale)

  const route = createRoute({
    method: 'post',
    path: '/v1/ratings',
    tags: ['Events'],
    summary: 'Rate items',
    description: `One rating, an array of at most ${MAX_BATCH} that is accepted whole or not at all, or NDJSON: lines that fit are accepted, the others are reported.`,
    security: needs('ingest'),
    request: {
      body: { content: { 'application/json': { schema: oneOrMany(rating, MAX_BATCH) }, [NDJSON]: { schema: rating } } },
    },
    responses: {
      202: json(ratingsAccepted, 'The ratings are on the log'),
      ...refusals(400, 408, 413, 415, 503),
    },
  })

  return app.openapi(route, async (c) => {
    if (!isNdjson(c)) {
      const events = [c.req.valid('json')].flat()
      const positions = await publisher.users(events)
      return c.json({ accepted: events.length, token: publisher.token(positions) }, 202)
    }
    const positions: Position[] = []
    const outcome = await ingestLines(c.req.raw.body, {
      schema: rating,
      maxBytes: settings.bodyLimit,
      async store(events) {
        for (const position of await publisher.users(events)) positions.push(position)
      },
    })
    return c.json({ ...outcome, token: publisher.token(positions) }, 202)
  })
}
