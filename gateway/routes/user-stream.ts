import type { HttpBindings } from '@hono/node-server'
import { createRoute, z } from '@hono/zod-openapi'
import { UnavailableError } from '../../infra/errors.ts'
import { goesByStream } from '../answer-cache.ts'
import type { App, Gateway } from '../context.ts'
import type { Asker, Selection } from '../engine/request.ts'
import { createCall, eventStream } from '../event-stream.ts'
import { listParameters, withGenre } from '../list-query.ts'
import { createListWatch } from '../list-watch.ts'
import { Problem, RETRY_LATER } from '../problems.ts'
import { mayHave, STREAMED } from '../reference/headers.ts'
import { needs, ownByCookie, refusals } from '../schemas/answers.ts'
import { inPath, userId } from '../schemas/parameters.ts'
import { type Receiver, receiverOf } from '../served-log.ts'
import { writeList } from '../written-list.ts'

/** Proxies and browsers close what stays silent for a minute, and we ourselves after 30 s (server.ts). */
const HEARTBEAT_MS = 15_000
/** A user who rates in quick succession gets no more lists than these. */
const MIN_INTERVAL_MS = 50
/** A client whose connection broke comes back after this time. */
const RETRY_MS = 2_000
/** A list that was made while the user state did not answer is made again after this time. */
const AGAIN_MS = 1_000
/** Each holds a connection and some 30 KB. */
const MAX_OPEN = 20_000

/** As they stand in the text, a field a line. */
const listEvent = z.object({
  event: z.literal('list'),
  id: z.string().openapi({ description: 'The tag of the list, for `Last-Event-ID`' }),
  data: z.string().openapi({
    description: 'The list, on one line',
    ...{ contentMediaType: 'application/json', contentSchema: { $ref: '#/components/schemas/List' } },
  }),
})

const events = z.string().openapi({
  description: 'Comments between them, which begin with a colon, are heartbeats',
  ...{ contentMediaType: 'text/event-stream' },
  ...{ contentSchema: { type: 'array', items: { $ref: '#/components/schemas/ListEvent' } } },
})

const route = createRoute({
  method: 'get',
  path: '/v1/users/{userId}/recommendations/stream',
  tags: ['Recommendations'],
  summary: 'What a user may like, and again whenever that changes',
  description:
    'Server-sent events: each `list` event carries a list as `/recommendations` answers it, and its tag as id; whoever comes back with `Last-Event-ID`, or comes with the ETag of a list there, gets the list only if it is another one by now. A comment is sent every 15 s. A reader who is too slow for all of them gets the newest.',
  security: [...needs('read'), ownByCookie],
  parameters: mayHave('Last-Event-ID', 'The id of the last event that was heard: browsers send it when they come back'),
  request: { params: z.strictObject({ userId: inPath('userId', userId) }), query: z.strictObject(listParameters) },
  responses: {
    200: { description: 'The events', content: { 'text/event-stream': { schema: events } }, headers: STREAMED },
    ...refusals(400, 503),
  },
})

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  // nginx would gather events.
  'x-accel-buffering': 'no',
  // node-server sends the head of what is chunked at once.
  'transfer-encoding': 'chunked',
}

type Reader = Asker & { readonly userId: string }

interface Reading {
  readonly lastEventId: string | undefined
  readonly receiver: Receiver
  /** False: the key that let them in was taken back. */
  mayRead(): boolean
  /** Ends the connection. */
  cutOff(): void
}

export const userStream = (app: App, { engine, state, metrics, logger, settings, closing, served }: Gateway) => {
  const { heartbeatMs = HEARTBEAT_MS, minIntervalMs = MIN_INTERVAL_MS, max = MAX_OPEN, look } = settings.streams ?? {}
  app.openAPIRegistry.register('ListEvent', listEvent)
  const watch = createListWatch(state, engine.version, look)
  closing.addEventListener('abort', watch.close)

  /** One reader. */
  function follow(asker: Reader, selection: Selection, { lastEventId, receiver, mayRead, cutOff }: Reading) {
    const { userId } = asker
    const call = createCall()
    let isShared = false
    let sent = lastEventId
    let isSentStale = false

    /** @returns undefined: it is the list that was sent last */
    async function changed(): Promise<string | undefined> {
      const answer = await engine.recommend(asker, selection)
      isShared = goesByStream(answer)
      const list = writeList(answer, selection.skip)
      if (list.isStale) setTimeout(call.raise, AGAIN_MS).unref()
      // Who has a list of theirs keeps it rather than take that of a stranger for one.
      const isNoBetter = list.isStale && sent !== undefined && !isSentStale
      if (list.tag === sent || isNoBetter) return undefined
      sent = list.tag
      isSentStale = list.isStale
      // Whoever has left while it was made is not shown it.
      if (!call.isEnded()) served.noteAs(answer.recommendationId, list.listed, receiver)
      return `event: list\nid: ${list.tag}\ndata: ${list.withId(answer.recommendationId)}\n\n`
    }

    async function* lists(): AsyncGenerator<string> {
      const watcher = { userId, goesByStream: () => isShared, renew: call.raise, end: stop }
      const stopWatching = watch.watch(watcher)
      metrics.openStreams.inc()
      let spokeAt = performance.now()
      const leftMs = (): number => spokeAt + heartbeatMs - performance.now()
      try {
        yield `retry: ${RETRY_MS}\n\n`
        watch.renewInTurn(watcher)
        while (!call.isEnded()) {
          if (leftMs() <= 0) {
            yield ': nothing new\n\n'
            spokeAt = performance.now()
          }
          if (!(await call.heard(leftMs())) || call.isEnded()) {
            if (mayRead()) continue
            return
          }
          const list = await changed()
          call.answer()
          if (!mayRead()) return
          if (list !== undefined) {
            yield list
            spokeAt = performance.now()
          }
          await call.rest(minIntervalMs)
        }
      } catch (error) {
        // The client comes back by itself.
        logger[error instanceof UnavailableError ? 'warn' : 'error'](
          { err: error, userId },
          'a stream of lists ended early',
        )
      } finally {
        stopWatching()
        metrics.openStreams.dec()
        call.answer()
      }
    }

    const events = lists()
    function end(): void {
      call.end()
      void events.return(undefined)
    }
    /** Whoever has not taken what there was would hold up a process that stops. */
    function stop(): void {
      if (!stream.isAwaited()) cutOff()
      end()
    }
    const stream = eventStream(events, end)
    return stream.body
  }

  return app.openapi(route, (c) => {
    const { userId } = c.req.valid('param')
    if (watch.count() >= max)
      throw new Problem('unavailable', `${max} streams are open already. Ask again later, or for a list.`, {
        headers: RETRY_LATER,
      })
    const { contextItemId, ...selection } = withGenre(c.req.valid('query'))
    const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>
    // A stream is never written to its end: each of its lists was sent when it was.
    const receiver = { ...receiverOf(c, userId), outgoing: undefined }
    const cutOff = (): void => void outgoing?.destroy()
    const key = c.get('apiKey')
    const body = follow({ userId, contextItemId }, selection, {
      lastEventId: c.req.header('last-event-id'),
      receiver,
      mayRead: () => key === undefined || settings.apiKeys?.current().includes(key) === true,
      cutOff,
    })
    return c.body(body, 200, HEADERS)
  })
}
