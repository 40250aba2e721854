import { createRoute, z } from '@hono/zod-openapi'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { etagOf } from '../answer-cache.ts'
import type { App, Gateway } from '../context.ts'
import { listParameters, withGenre } from '../list-query.ts'
import { createListWatch } from '../list-watch.ts'
import { Problem, RETRY_LATER } from '../problems.ts'
import { inPath, needs, refusals, userId } from '../schemas.ts'

/** Proxies and browsers close what stays silent for a minute. */
const HEARTBEAT_MS = 15_000
/** A user who rates in quick succession gets no more lists than these. */
const MIN_INTERVAL_MS = 50
/** A client whose connection broke comes back after this time. */
const RETRY_MS = 2_000
/** Each holds a connection and some 20 KB. */
const MAX_STREAMS = 20_000

const route = createRoute({
  method: 'get',
  path: '/v1/users/{userId}/recommendations/stream',
  tags: ['Recommendations'],
  summary: 'What a user may like, and again whenever that changes',
  description:
    'Server-sent events: each `list` event carries a list as `/recommendations` answers it, and an id; whoever comes back with `Last-Event-ID` gets the list only if it is another one by now. A comment is sent every 15 s. A reader who is too slow for all of them gets the newest.',
  security: needs('read'),
  request: { params: z.strictObject({ userId: inPath('userId', userId) }), query: z.strictObject(listParameters) },
  responses: {
    200: { description: 'The events', content: { 'text/event-stream': { schema: z.string() } } },
    ...refusals(400, 503),
  },
})

export const userStream = (app: App, { engine, state, closing }: Gateway) => {
  const watch = createListWatch(state, engine.version)
  closing.addEventListener('abort', watch.close)

  return app.openapi(route, (c) => {
    const { userId } = c.req.valid('param')
    const { contextItemId, ...selection } = withGenre(c.req.valid('query'))
    if (watch.count() >= MAX_STREAMS)
      throw new Problem('unavailable', `${MAX_STREAMS} streams are open already. Ask again later, or for a list.`, {
        headers: RETRY_LATER,
      })
    let sent = c.req.header('last-event-id')

    async function follow(stream: SSEStreamingApi): Promise<void> {
      let goesByStream = false
      const changes = createSignal()
      const stopWatching = watch.watch({ userId, goesByStream: () => goesByStream, wake: changes.raise })
      const end = (): void => changes.raise()
      stream.onAbort(end)
      closing.addEventListener('abort', end)
      try {
        await stream.write(`retry: ${RETRY_MS}\n\n`)
        while (!stream.aborted && !closing.aborted) {
          changes.lower()
          const answer = await engine.recommend({ userId, contextItemId }, selection)
          goesByStream = answer.strategy !== 'fold-in' && answer.strategy !== 'similar'
          const id = etagOf(answer)
          // Written once there is room: until then changes gather to one.
          if (id !== sent) await stream.writeSSE({ event: 'list', id, data: JSON.stringify(answer) })
          sent = id
          await stream.sleep(MIN_INTERVAL_MS)
          while (!(await changes.raised(HEARTBEAT_MS))) await stream.write(': nothing new\n\n')
        }
      } finally {
        stopWatching()
        closing.removeEventListener('abort', end)
      }
    }

    return streamSSE(c, follow)
  })
}

/** Something that was said, and stays said until it is taken back. */
function createSignal() {
  let isRaised = false
  let wake = (): void => {}
  return {
    raise(): void {
      isRaised = true
      wake()
    },
    lower(): void {
      isRaised = false
    },
    /** @returns false: not within `ms` */
    raised: (ms: number): Promise<boolean> =>
      new Promise((resolve) => {
        if (isRaised) return resolve(true)
        const timer = setTimeout(() => resolve(false), ms)
        wake = () => {
          clearTimeout(timer)
          resolve(true)
        }
      }),
  }
}
