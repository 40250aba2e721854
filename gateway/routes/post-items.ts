import { createRoute, z } from '@hono/zod-openapi'
import type { Position } from '../../infra/event-log/port.ts'
import type { App, Gateway } from '../context.ts'
import { CATALOGUE_WAIT_MS, itemInput } from '../items.ts'
import { ingestLines, isNdjson, lineOutcome, NDJSON } from '../lines.ts'
import { json, needs, oneOrMany, refusals } from '../schemas.ts'

const MAX_BATCH = 1_000

const route = createRoute({
  method: 'post',
  path: '/v1/items',
  tags: ['Items'],
  summary: 'Describe items',
  description: `An array of at most ${MAX_BATCH} that is accepted whole or not at all, or NDJSON: lines that fit are accepted, the others are reported.`,
  security: needs('ingest'),
  request: {
    body: {
      content: { 'application/json': { schema: oneOrMany(itemInput, MAX_BATCH) }, [NDJSON]: { schema: itemInput } },
    },
  },
  responses: {
    202: json(z.object({ accepted: z.int(), ...lineOutcome }).openapi('ItemsAccepted'), 'The items are on the log'),
    ...refusals(400, 413, 415, 503),
  },
})

export const postItems = (app: App, { publisher, catalogue, settings }: Gateway) =>
  app.openapi(route, async (c) => {
    let last: Position | undefined
    const caughtUp = async (): Promise<void> => {
      if (last) await catalogue.reached(last, CATALOGUE_WAIT_MS)
    }
    if (!isNdjson(c)) {
      const items = [c.req.valid('json')].flat()
      last = await publisher.items(items)
      await caughtUp()
      return c.json({ accepted: items.length }, 202)
    }
    const outcome = await ingestLines(c.req.raw.body, {
      schema: itemInput,
      maxBytes: settings.bodyLimit,
      async store(items) {
        last = await publisher.items(items)
      },
    })
    await caughtUp()
    return c.json(outcome, 202)
  })
