import { createRoute, z } from '@hono/zod-openapi'
import type { Route } from '../context.ts'
import { generationInfo, json, refusals } from '../schemas.ts'

const answer = z.object({
  active: z.string().nullable(),
  pinned: z.boolean().openapi({ description: 'Activated by hand: newer ones are published but not served' }),
  generations: z.array(generationInfo),
})

const route = createRoute({
  method: 'get',
  path: '/v1/admin/generations',
  tags: ['Administration'],
  summary: 'The models that are kept, newest first',
  responses: { 200: json(answer, 'Each with its figures'), ...refusals(503) },
})

export const adminGenerations: Route = (app, { models }) =>
  app.openapi(route, async (c) => {
    const [generations, { active, pinned }] = await Promise.all([models.list(), models.pointer()])
    const described = generations.map(({ createdAt, hyperParameters, watermark, metrics, tuning, ...info }) => ({
      ...info,
      createdAt: new Date(createdAt).toISOString(),
      isActive: info.id === active,
      hyperParameters: { ...hyperParameters },
      metrics: { ...metrics },
      watermark: [...watermark],
      ...(tuning && { tuning: { ...tuning, search: [...tuning.search] } }),
    }))
    return c.json({ active: active ?? null, pinned, generations: described }, 200)
  })
