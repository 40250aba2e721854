import { createRoute, z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { createAnswerCache } from '../answer-cache.ts'
import type { App, Gateway } from '../context.ts'
import { listParameters, withGenre } from '../list-query.ts'
import { MAX_ID_LENGTH } from '../pages.ts'
import { parametersBeside } from '../parameters.ts'
import { invalidRequest } from '../problems.ts'
import { awaited, freshness } from '../read-your-writes.ts'
import { json, needs, ownByCookie, refusals } from '../schemas/answers.ts'
import { list } from '../schemas/lists.ts'
import { inPath, userId } from '../schemas/parameters.ts'
import { type Listed, listedOf, type Receiver, receiverOf } from '../served-log.ts'
import { ifNoneMatch, tagged, tell, tellWritten } from '../tell.ts'
import type { PagedAnswer } from '../user-lists.ts'
import { write } from '../written-list.ts'

const query = z.strictObject({
  ...listParameters,
  page: z.string().max(MAX_ID_LENGTH).optional().openapi({
    description: 'The `nextPage` of an answer, alone: the list goes on as it was asked for',
  }),
  ...awaited,
})

const userList = list.extend({
  nextPage: z.string().optional().openapi({
    description:
      'For `page`: the list goes on, and repeats nothing, although the model changes. Once the second page was asked for, all further ones are good for ten minutes',
  }),
  ...freshness,
})

const route = createRoute({
  method: 'get',
  path: '/v1/users/{userId}/recommendations',
  tags: ['Recommendations'],
  summary: 'What a user may like',
  description:
    'A user who is unknown, of whom the model knows no positive rating, or for whose taste it has nothing to list, gets what is like `contextItemId`, what is trending in the genre, or what is popular, less what they have rated; `strategy` tells. With `If-None-Match` a list that has not changed is not sent again, unless it does not show yet what `after` asked for.',
  security: [...needs('read'), ownByCookie],
  parameters: ifNoneMatch,
  request: { params: z.strictObject({ userId: inPath('userId', userId) }), query },
  responses: {
    ...tagged(json(userList.openapi('UserList'), 'The list, best first')),
    ...refusals(400, 409, 410),
  },
})

export const userRecommendations = (app: App, gateway: Gateway) => {
  const { engine, state, userLists, freshFor, served } = gateway
  const answers = createAnswerCache(state, engine.version)

  /** A list that is sent again is another answer, and has an id of its own. */
  const noting = (receiver: Receiver, listed: Listed) => ({
    sent: (recommendationId: string) => served.noteAs(recommendationId, listed, receiver),
  })

  /** An address that was answered before need not be read again. */
  const repeated: MiddlewareHandler = async (c, next) => {
    const userId = c.req.param('userId') as string
    const kept = answers.find(userId, c.req.url)
    if (!kept) return next()
    engine.countAnswer(kept.strategy)
    return tellWritten<PagedAnswer>(c, kept, noting(receiverOf(c, userId), kept.listed))
  }

  return app.openapi({ ...route, middleware: [repeated] as const }, async (c) => {
    const { userId } = c.req.valid('param')
    const { after, wait, page, ...rest } = c.req.valid('query')
    const receiver = receiverOf(c, userId)
    const first = (): Promise<PagedAnswer> => userLists.first(userId, withGenre(rest), givenIn(c.req.url))
    if (page !== undefined) {
      refuseBesidePage(c.req.url)
      const { answer, before } = await userLists.next(userId, page)
      return tellWritten<PagedAnswer>(c, write(answer, true), noting(receiver, listedOf(answer, before)))
    }
    if (after !== undefined) {
      const fresh = await freshFor({ after, wait }, userId)
      // Word of the write may still be on its way here: who asks next, and waits for nothing, gets no older list.
      if (fresh.freshness?.satisfied) answers.drop(userId)
      const answer = await first()
      return tell(c, { ...answer, ...fresh }, noting(receiver, listedOf(answer, rest.skip)).sent)
    }
    const list = await answers.make(userId, c.req.url, first, rest.skip)
    return tellWritten<PagedAnswer>(c, list, noting(receiver, list.listed))
  })
}

/** @throws Problem where anything is asked of a page: its list is made already, and would not answer to it */
function refuseBesidePage(url: string): void {
  const message = 'A page goes on with a list as it was made. Ask for the list anew, without `page`'
  const beside = parametersBeside('page', url)
  if (beside.length > 0) throw invalidRequest(beside.map((path) => ({ path, message })))
}

/** The query as it came, but for what concerns this request alone. */
function givenIn(url: string): string {
  const start = url.indexOf('?')
  const query = start < 0 ? '' : url.slice(start + 1)
  // To take a query apart costs more than to find nothing in it.
  if (!query.includes('after') && !query.includes('wait')) return query
  const given = new URLSearchParams(query)
  given.delete('after')
  given.delete('wait')
  return given.toString()
}
