import { createRoute, z } from '@hono/zod-openapi'
import type { Position } from '../../infra/event-log/port.ts'
import type { App, Gateway } from '../context.ts'
import { createReceipts } from '../item-writes.ts'
import { itemInput } from '../items.ts'
import { ingestLines, isNdjson, lineOutcome, NDJSON } from '../lines.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { oneOrMany, token } from '../schemas/parameters.ts'

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
    202: json(
      z.object({ accepted: z.int(), token, ...lineOutcome }).openapi('ItemsAccepted'),
      'The items are on the log',
    ),
    ...refusals(400, 408, 413, 415, 503),
  },
})

export const postItems = (app: App, gateway: Gateway) => {
  const { publisher, settings } = gateway
  const receiptOf = createReceipts(gateway)
  return app.openapi(route, async (c) => {
    if (!isNdjson(c)) {
      const items = [c.req.valid('json')].flat()
      return c.json({ accepted: items.length, ...(await receiptOf(await publisher.items(items))) }, 202)
    }
    const positions: Position[] = []
    const outcome = await ingestLines(c.req.raw.body, {
      schema: itemInput,
      maxBytes: settings.bodyLimit,
      async store(items) {
        for (const position of await publisher.items(items)) positions.push(position)
      },
    })
    return c.json({ ...outcome, ...(await receiptOf(positions)) }, 202)
  })
}
