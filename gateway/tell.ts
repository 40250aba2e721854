import { randomUUIDv7 } from 'node:crypto'
import type { Context, TypedResponse } from 'hono'
import { markShort } from './compression.ts'
import type { Fresh } from './read-your-writes.ts'
import { mayHave, TAGGED } from './reference/headers.ts'
import { matchesEtag, type Writable, type Written, write } from './written-list.ts'

type Sent = (recommendationId: string) => void

interface Telling {
  readonly isNamed?: boolean
  readonly isWhatWasAsked?: boolean
  readonly sent?: Sent | undefined
}

/** For `parameters` of a route that answers by `tell`. */
export const ifNoneMatch = mayHave(
  'If-None-Match',
  'The `ETag` of an answer that you have, or several: 304 if it stands',
)

/** For its `responses`. */
export const tagged = <R extends object>(ok: R) => ({
  200: { ...ok, headers: TAGGED },
  304: { description: 'The answer is the one that `If-None-Match` names', headers: TAGGED },
})

/**
 * Answers a GET about a user, with an ETag; by 304 where `If-None-Match` names it.
 *
 * The tag is made of what is told. Lists by taste, ratings and reasons are a function of (user version, generation), and a tag
 * could be made of these alone, but not of estimates of somebody whom the model does not know, which go by the stream's counts,
 * nor of similar users, of whom any may be erased or rate anew, nor of titles, which the catalogue tells. So the answer is made
 * and not sent: it holds for all of them alike. What is asked by POST has no tag: there `If-None-Match` means something else.
 *
 * @param answer  a `recommendationId` in it is replaced: every answer has one of its own
 * @param sent    is told the id, where the answer is sent
 */
export function tell<A extends Writable & Fresh>(c: Context, answer: A, sent?: Sent) {
  return tellWritten<A>(c, write(answer), {
    sent,
    isNamed: answer.recommendationId !== undefined,
    // Of an answer that does not show what was asked for, a 304 would not tell so.
    isWhatWasAsked: answer.freshness?.satisfied !== false,
  })
}

/** The same of an answer that is written already. */
export function tellWritten<A>(
  c: Context,
  { tag, withId }: Written,
  { isNamed = true, isWhatWasAsked = true, sent }: Telling = {},
) {
  const headers = { etag: tag, 'cache-control': 'private, no-cache' }
  if (isWhatWasAsked && matchesEtag(c.req.header('if-none-match'), tag)) return c.body(null, 304, headers)
  const recommendationId = isNamed ? randomUUIDv7() : undefined
  const text = withId(recommendationId)
  if (recommendationId !== undefined) sent?.(recommendationId)
  markShort(c, text)
  // By `c.body` more than one header would go through a web Headers, which takes longer than all the rest of it.
  const response = new Response(text, {
    headers: { ...headers, 'content-type': 'application/json' },
  })
  return response as Response & TypedResponse<A, 200, 'json'>
}
