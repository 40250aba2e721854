const header = (description: string, schema: object = { type: 'string' }) => ({ description, schema })

/** Headers of what is answered with a tag. */
export const TAGGED = {
  ETag: header('The tag of what is told: given as `If-None-Match`, it is sent only if it is another one by then'),
  'Cache-Control': header('`private, no-cache`: to be asked about each time'),
}

/** Of a stream of events. */
export const STREAMED = {
  'Cache-Control': header('`no-cache`'),
  'X-Accel-Buffering': header('`no`: nginx is not to gather events'),
}

/** Those of whole classes of answers, as components of the document. */
export const COMMON = {
  RequestId: header('The id of the request, your own if you sent one: the log of the server tells of it by that'),
  RetryAfter: header('Seconds after which to ask again', { type: 'integer', minimum: 0 }),
  Authenticate: header('How to send a key'),
}

/** The headers of every answer of a status. @param isProblem  whether it tells of a failure: /readyz does so, in its own form, and names no time */
export function headersOf(status: string, isProblem: boolean): Readonly<Record<string, { $ref: string }>> {
  const common = (name: keyof typeof COMMON) => ({ $ref: `#/components/headers/${name}` })
  return {
    'X-Request-Id': common('RequestId'),
    ...(status === '401' && { 'WWW-Authenticate': common('Authenticate') }),
    ...(isProblem && (status === '429' || status === '503') && { 'Retry-After': common('RetryAfter') }),
  }
}

/** A header that a request may have. It is documented, and not validated: what of it is wrong counts as not sent. */
export const mayHave = (name: string, description: string) => [
  { name, in: 'header' as const, required: false, description, schema: { type: 'string' as const } },
]
