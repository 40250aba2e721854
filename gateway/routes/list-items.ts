import { createRoute, z } from '@hono/zod-openapi'
import type { App, Gateway } from '../context.ts'
import { answerItem, itemAnswer } from '../items.ts'
import { parametersBeside } from '../parameters.ts'
import { invalidRequest } from '../problems.ts'
import { awaited, freshness } from '../read-your-writes.ts'
import { anyByCookie, json, needs, refusals } from '../schemas/answers.ts'
import { genre, itemId, paging, repeatedUpTo, text } from '../schemas/parameters.ts'

const MAX_IDS = 1_000

const query = z.strictObject({
  ...paging,
  ...awaited,
  genre,
  query: text(0, 256).optional().openapi({
    description:
      'Words of the title, and its year, in any order; the last one may be the beginning of a word. A year alone counts where no title has it. Case and accents do not matter, nor does, where nothing is found otherwise, one typing error a word, but for numbers, or two words written as one',
  }),
  itemId: repeatedUpTo(itemId, MAX_IDS).optional().openapi({
    description: 'Just these, in this order, hidden ones too; beside it only `after` and `wait`',
  }),
})

const answer = z.object({
  items: z.array(itemAnswer),
  total: z.int().openapi({ description: 'How many there are, of which `skip` and `limit` tell a part' }),
  correctedTo: z.string().optional().openapi({
    description:
      'What was looked for, since no title has the words of `query`: each of them has at most one typing error, or is two written as one',
  }),
  ignored: z.array(z.string()).optional().openapi({ description: 'Item ids that the catalogue does not know' }),
  ...freshness,
})

const route = createRoute({
  method: 'get',
  path: '/v1/items',
  tags: ['Items'],
  summary: 'Items of the catalogue, found by title or genre, or by their ids',
  description: 'Most popular first, by positive ratings; a title that is the query, whole, before all others.',
  security: [...needs('read'), anyByCookie],
  request: { query },
  responses: { 200: json(answer, 'The available items; those that were named, in any case'), ...refusals(400, 409) },
})

export const listItems = (app: App, { catalogue, search, freshItems }: Gateway) => {
  function named(itemIds: readonly string[]) {
    const asked = [...new Set(itemIds)]
    const items = asked.flatMap((itemId) => catalogue.get(itemId) ?? [])
    const ignored = asked.filter((itemId) => !catalogue.get(itemId))
    return { items, total: items.length, ...(ignored.length > 0 && { ignored }) }
  }

  return app.openapi(route, async (c) => {
    const { after, wait, itemId, ...query } = c.req.valid('query')
    if (itemId) refuseSearching(c.req.url)
    const fresh = await freshItems({ after, wait })
    const { items, ...rest } = itemId ? named(itemId) : await search(query)
    return c.json({ items: items.map(answerItem), ...rest, ...fresh }, 200)
  })
}

/** @throws Problem where items that are named are searched for as well */
function refuseSearching(url: string): void {
  const beside = parametersBeside('itemId', url).filter((name) => !(name in awaited))
  const message = 'Items that are named by `itemId` are not searched for. Ask without it'
  if (beside.length > 0) throw invalidRequest(beside.map((path) => ({ path, message })))
}
