import { createRoute, z } from '@hono/zod-openapi'
import { whyNotServed } from '../../infra/model-store/not-served.ts'
import type { Tuning } from '../../models/als/types.ts'
import type { App, Gateway } from '../context.ts'
import { json, needs, refusals } from '../schemas/answers.ts'
import { generationInfo, lastTuning } from '../schemas/operation.ts'

const answer = z.object({
  active: z.string().nullable(),
  pinned: z.boolean().openapi({ description: 'Activated by hand: newer ones are published but not served' }),
  tuning: lastTuning.openapi({
    description: 'What the last search for hyper-parameters found, even if no model came of it',
  }),
  generations: z.array(generationInfo),
})

const route = createRoute({
  method: 'get',
  path: '/v1/admin/generations',
  tags: ['Administration'],
  summary: 'The models that are kept, newest first',
  security: needs('admin'),
  responses: { 200: json(answer, 'Each with its figures'), ...refusals(400, 503) },
})

export const adminGenerations = (app: App, { models }: Gateway) =>
  app.openapi(route, async (c) => {
    const [generations, pointer, last] = await Promise.all([models.list(), models.pointer(), models.tuning()])
    const { active, pinned } = pointer
    const activeSince = generations.find(({ id }) => id === active)?.createdAt
    const described = generations.map((generation) => {
      const { createdAt, hyperParameters, watermark, metrics, tuning, comparison, standsFor, sampleLacks, ...info } =
        generation
      const notServed = whyNotServed(generation, pointer, activeSince)
      return {
        ...info,
        createdAt: new Date(createdAt).toISOString(),
        isActive: info.id === active,
        ...(notServed !== undefined && { notServed }),
        hyperParameters: { ...hyperParameters },
        metrics: { ...metrics },
        watermark: [...watermark],
        ...(standsFor && { standsFor: [...standsFor] }),
        ...(tuning && { tuning: shown(tuning) }),
        ...(comparison && { comparison: { ...comparison } }),
      }
    })
    const found = last ? shown(last.tuning) : null
    return c.json({ active: active ?? null, pinned, tuning: found, generations: described }, 200)
  })

const shown = (tuning: Tuning) => ({ ...tuning, search: [...tuning.search] })
