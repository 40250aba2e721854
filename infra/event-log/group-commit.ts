import { setImmediate as nextTurn } from 'node:timers/promises'
import { UnavailableError } from '../errors.ts'

/**
 * Group commit: one `commit` is under way at a time, and what is submitted meanwhile goes together into the next one. The
 * slower the disk or the broker, the larger the groups. A commit that fails rejects its whole group.
 *
 * @param options.commit     makes the group durable. @returns one result a request, in their order
 * @param options.sizeOf     size of a request, in whatever `maxSize` counts
 * @param options.maxSize    a group ends before it grows larger than this; a larger request goes alone
 * @param options.maxWaiting  beyond this much in waiting a request is refused: memory must not pay for a log that is too slow
 */
export function groupCommit<Request, Result>(options: {
  commit(group: readonly Request[]): Promise<readonly Result[]>
  sizeOf(request: Request): number
  maxSize: number
  maxWaiting: number
}) {
  const { commit, sizeOf, maxSize, maxWaiting } = options
  const waiting: { request: Request; outcome: PromiseWithResolvers<Result> }[] = []
  let waitingSize = 0
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    await nextTurn() // requests that arrive in the same turn of the event loop belong together
    while (waiting.length > 0) {
      const group = waiting.splice(0, nextGroupLength())
      for (const { request } of group) waitingSize -= sizeOf(request)
      try {
        const results = await commit(group.map(({ request }) => request))
        for (const [i, { outcome }] of group.entries()) outcome.resolve(results[i] as Result)
      } catch (error) {
        for (const { outcome } of group) outcome.reject(error)
      }
    }
    running = undefined
  }

  function nextGroupLength(): number {
    let size = 0
    const end = waiting.findIndex(({ request }) => {
      size += sizeOf(request)
      return size > maxSize
    })
    return end === -1 ? waiting.length : Math.max(1, end)
  }

  return {
    /** @throws UnavailableError when too much is waiting already */
    async submit(request: Request): Promise<Result> {
      if (waitingSize >= maxWaiting)
        throw new UnavailableError(
          'The event log does not keep up with what arrives. Nothing of this request was stored; send it again later.',
        )
      waitingSize += sizeOf(request)
      const outcome = Promise.withResolvers<Result>()
      waiting.push({ request, outcome })
      running ??= run()
      return outcome.promise
    },
    /** Resolves when everything submitted so far is decided. */
    async settled(): Promise<void> {
      await running
    },
  }
}
