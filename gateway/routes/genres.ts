import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { createGenreCounts } from '../genre-counts.ts'
import { awaited, freshness } from '../read-your-writes.ts'
import { anyByCookie, json, needs, refusals } from '../schemas/answers.ts'

const answer = z
  .object({
    genres: z.array(z.object({ genre: z.string(), items: z.int().openapi({ description: 'Available items of it' }) })),
    ...freshness,
  })
  .openapi('Genres')

const route = createRoute({
  method: 'get',
  path: '/v1/genres',
  tags: ['Items'],
  summary: 'The genres of the catalogue, and how many items are of each',
  description:
    'Those with most items first. What differs in case or accents alone is one genre, spelt as most spell it.',
  security: [...needs('read'), anyByCookie],
  request: { query: z.strictObject(awaited) },
  responses: { 200: json(answer, 'All of them'), ...refusals(400, 409) },
})

export const genres = (app: App, { catalogue, freshItems }: Gateway) => {
  const counts = createGenreCounts(catalogue)
  return app.openapi(route, async (c) => {
    const fresh = await freshItems(c.req.valid('query'))
    return c.json({ genres: [...(await counts())], ...fresh }, 200)
  })
}
