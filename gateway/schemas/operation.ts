import { z } from '@hono/zod-openapi'
import type { RebuildRecord } from '../../infra/model-store/port.ts'
import type { Trouble } from '../health.ts'

const searched = z.enum(['regularization', 'unobservedWeight'])
const tuning = z
  .object({
    regularization: z.number(),
    unobservedWeight: z.number(),
    search: z.array(searched).openapi({ description: 'Which were searched; the other one was given' }),
    metric: z.string().openapi({ description: 'The figure that chose, on the held-out pairs of the search' }),
    figure: z.number(),
    start: z.object({ regularization: z.number(), unobservedWeight: z.number(), figure: z.number() }),
    runs: z.int(),
    pairs: z.int(),
    seconds: z.number(),
    end: z.enum(['complete', 'budget', 'stopped']),
  })
  .openapi('Tuning', { description: 'The search that chose the hyper-parameters' })

/** A schema with a name, or null: `nullable` would make null of whatever has that name. */
export const orNull = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()])

export const lastTuning = orNull(tuning)

const comparison = z
  .object({
    live: z.string().openapi({ description: 'The model that was live' }),
    metric: z.string(),
    figure: z.number(),
    liveFigure: z.number().openapi({ description: 'Of the live model, on the same pairs' }),
    standardError: z.number().openapi({ description: 'Of the difference, paired by user' }),
    users: z.int(),
    pairs: z.int().openapi({ description: 'Held-out pairs that both know' }),
    tolerance: z.number().optional().openapi({ description: 'So many standard errors worse are put down to chance' }),
    verdict: z.enum(['sound', 'worse', 'forced', 'too-few-users']),
  })
  .openapi('Comparison', { description: 'How the model did beside the one that was live when it was made' })

export const generationInfo = z
  .object({
    id: z.string(),
    createdAt: z.iso.datetime(),
    isActive: z.boolean(),
    standsFor: z.array(z.string()).optional().openapi({
      description: 'Ids of the models whose place it took, the last one last: it is that one, without who was erased',
    }),
    notServed: z
      .string()
      .optional()
      .openapi({ description: 'Why it is not served, where it is newer or was held back' }),
    hyperParameters: z.record(z.string(), z.number().optional()),
    metrics: z.record(z.string(), z.number()).openapi({ description: 'Figures on the held-out pairs' }),
    users: z.int(),
    items: z.int(),
    ratings: z.int(),
    watermark: z.array(z.int()).openapi({ description: 'First offset of each partition that training did not see' }),
    trainSeconds: z.number(),
    epochsRun: z.int(),
    tuning: tuning.optional(),
    comparison: comparison.optional(),
    bytes: z.int(),
    sha256: z.string(),
  })
  .openapi('Generation')

export const rebuild = z
  .object({
    id: z.string(),
    requestedAt: z.iso.datetime(),
    reason: z.enum(['demand', 'schedule', 'first-model', 'tuning']),
    status: z.enum(['requested', 'running', 'published', 'held-back', 'skipped', 'failed']).openapi({
      description: '`held-back`: the model is kept, but not served, since it is worse than the live one',
    }),
    progress: z.string(),
    generation: z.string().optional(),
    again: z.literal(true).optional().openapi({ description: 'Another one follows: it was asked for meanwhile' }),
    force: z.literal(true).optional().openapi({ description: 'What comes of it is served even if it is worse' }),
    forceAgain: z.literal(true).optional().openapi({ description: 'So is what comes of the one that follows' }),
    updatedAt: z.iso.datetime(),
  })
  .openapi('Rebuild')

export function rebuildAnswer({
  requestedAt,
  updatedAt,
  generation,
  ...record
}: RebuildRecord): z.output<typeof rebuild> {
  const times = { requestedAt: new Date(requestedAt).toISOString(), updatedAt: new Date(updatedAt).toISOString() }
  return { ...record, ...times, ...(generation === undefined ? {} : { generation }) }
}

export const pointer = z.object({ active: z.string().nullable(), pinned: z.boolean() }).openapi('Pointer')

export const trouble = z.object({ part: z.string(), since: z.iso.datetime(), message: z.string() }).openapi('Trouble')

export function troubleAnswer({ part, since, message }: Trouble): z.output<typeof trouble> {
  return { part, since: new Date(since).toISOString(), message }
}
