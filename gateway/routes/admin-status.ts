import { createRoute, z } from '@hono/zod-openapi'
import { messageOf } from '../../infra/errors.ts'
import type { App, Gateway } from '../context.ts'
import { isAlive, REMEMBERED_MS, roleTroubles } from '../role-troubles.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { orNull, rebuild, rebuildAnswer, trouble, troubleAnswer } from '../schemas/operation.ts'

const status = z
  .object({
    log: z.object({
      id: z.string(),
      partitions: z.int(),
      scale: z.object({ min: z.number(), max: z.number(), positiveFrom: z.number() }),
    }),
    generation: z.string().nullable().openapi({ description: 'The model that this process serves' }),
    rebuild: orNull(rebuild),
    roles: z.array(
      z.object({
        role: z.string(),
        process: z.string(),
        at: z.iso.datetime(),
        details: z.record(z.string(), z.unknown()),
      }),
    ),
    lag: z.array(
      z.object({
        group: z.string(),
        topic: z.string(),
        partitions: z.array(z.object({ partition: z.int(), lag: z.int() })),
      }),
    ),
    degraded: z.array(trouble),
  })
  .openapi('Status')

const route = createRoute({
  method: 'get',
  path: '/v1/admin/status',
  tags: ['Administration'],
  summary: 'Roles, lag, rebuild, and what does not work and since when',
  security: needs('admin'),
  responses: { 200: json(status, 'As far as the stores answer'), ...refusals(400) },
})

export const adminStatus = (app: App, gateway: Gateway) => {
  const { log, state, models, generations, engine, health, troubles, lag, logger } = gateway

  /** A status is wanted most when something is broken: what does not answer is left empty, and stands under `degraded`. */
  async function orElse<T>(otherwise: T, work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      logger.debug({ reason: messageOf(error) }, 'left out of the status')
      return otherwise
    })
  }

  return app.openapi(route, async (c) => {
    const [missing, beats, lags, lastRebuild] = await Promise.all([
      health.check(),
      orElse([], state.heartbeats(REMEMBERED_MS)),
      orElse([], lag()),
      orElse(undefined, models.rebuild()),
    ])
    const live = generations.trouble()
    return c.json(
      {
        log: { id: log.identity.id, partitions: log.identity.partitions, scale: { ...log.identity.scale } },
        generation: engine.generation()?.id ?? null,
        rebuild: lastRebuild ? rebuildAnswer(lastRebuild) : null,
        roles: beats.filter(isAlive).map(({ at, details, ...role }) => ({
          ...role,
          at: new Date(at).toISOString(),
          details: { ...details },
        })),
        lag: lags.map(({ partitions, ...of }) => ({ ...of, partitions: [...partitions] })),
        degraded: [
          ...missing,
          ...roleTroubles(troubles(), beats),
          ...(live ? [{ part: 'generation', ...live }] : []),
        ].map(troubleAnswer),
      },
      200,
    )
  })
}
