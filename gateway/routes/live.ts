import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { json, needs, refusals } from '../schemas/answers.ts'

const seconds = z.number().optional()
const records = z.int().optional()

const answer = z
  .object({
    at: z.iso.datetime(),
    loading: z.string().optional().openapi({ description: 'Name of the dataset that is being loaded, while it is' }),
    freshness: z
      .object({
        p99Seconds: seconds.openapi({ description: 'Of the last hour; left out where nothing was folded in' }),
        p99SecondsBefore: seconds.openapi({
          description: 'Of the hour before; left out where it had fewer than 30 batches',
        }),
        batches: z.int().openapi({ description: 'Batches of ratings that these are of: of each, the last rating' }),
      })
      .openapi({
        description:
          'From a rating being on the log to the user state showing it: of this process, or, where it has folded nothing in, as ClickHouse has it of all',
      }),
    lag: z
      .object({
        records: records.openapi({ description: 'Left out while the log does not answer' }),
        recordsBefore: records.openapi({ description: 'An hour ago' }),
      })
      .openapi({ description: 'Records that the slowest consumer has yet to take' }),
    minutes: z
      .array(z.object({ at: z.iso.datetime(), p99Seconds: seconds, lag: records }))
      .openapi({ description: 'The last hour, a minute each; the last one goes on' }),
  })
  .openapi('LiveFigures')

const route = createRoute({
  method: 'get',
  path: '/v1/analytics/live',
  tags: ['Analytics'],
  summary: 'Freshness and lag of now and of the last hour',
  description:
    'Of this process since it began, looked at once a minute. `/metrics` has the same for Prometheus, and the charts `freshness` and `lag` for longer.',
  security: needs('read'),
  responses: { 200: json(answer, 'As far as it is known'), ...refusals(400) },
})

export const live = (app: App, { live }: Gateway) =>
  app.openapi(route, async (c) => {
    const { at, loading, freshness, lag, minutes } = await live()
    return c.json(
      {
        at: new Date(at).toISOString(),
        ...(loading !== undefined && { loading }),
        freshness: {
          ...(freshness.p99 !== undefined && { p99Seconds: freshness.p99 }),
          ...(freshness.before !== undefined && { p99SecondsBefore: freshness.before }),
          batches: freshness.batches,
        },
        lag: {
          ...(lag.records !== undefined && { records: lag.records }),
          ...(lag.before !== undefined && { recordsBefore: lag.before }),
        },
        minutes: minutes.map(({ at, p99, lag }) => ({
          at: new Date(at).toISOString(),
          ...(p99 !== undefined && { p99Seconds: p99 }),
          ...(lag !== undefined && { lag }),
        })),
      },
      200,
    )
  })
