import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { needs, refusals } from '../schemas/answers.ts'

const route = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['Operation'],
  summary: 'Figures for Prometheus',
  security: needs('read'),
  responses: {
    200: { description: 'The text format of Prometheus', content: { 'text/plain': { schema: z.string() } } },
    ...refusals(400),
  },
})

export const metrics = (app: App, { metrics, lag, logger }: Gateway) => {
  /** While the log does not answer there is no lag, rather than an old one. */
  async function measureLag(): Promise<void> {
    metrics.lag.reset()
    for (const { group, topic, partitions } of await lag())
      for (const { partition, lag } of partitions) metrics.lag.set({ group, topic, partition }, lag)
  }

  return app.openapi(route, async (c) => {
    await measureLag().catch((error: unknown) => logger.debug({ err: error }, 'the lag could not be measured'))
    return c.text(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType })
  })
}
