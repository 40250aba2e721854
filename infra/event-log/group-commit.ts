import { setImmediate as nextTurn } from 'node:timers/promises'

/**
 * Group commit: one `commit` is under way at a time, and what is submitted meanwhile goes together into the next one. The
 * slower the disk or the broker, the larger the groups. A commit that fails rejects its whole group.
 *
 * @param options.commit     makes the group durable. @returns one result a request, in their order
 * @param options.sizeOf     size of a request, in whatever `maxSize` counts
 * @param options.maxSize    a group ends before it grows larger than this; a larger request goes alone
 */
export function groupCommit<Request, Result>(options: {
  commit(group: readonly Request[]): Promise<readonly Result[]>
  sizeOf(request: Request): number
  maxSize: number
}) {
  const { commit, sizeOf, maxSize } = options
  const waiting: { request: Request; outcome: PromiseWithResolvers<Result> }[] = []
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    await nextTurn() // requests that arrive in the same turn of the event loop belong together
    while (waiting.length > 0) {
      const group = waiting.splice(0, nextGroupLength())
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
    submit(request: Request): Promise<Result> {
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
