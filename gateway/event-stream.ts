const encoder = new TextEncoder()

/** A body of server-sent events. */
export interface EventStream {
  readonly body: ReadableStream<Uint8Array>
  /** Whether the reader has taken all there was, and waits for more. */
  isAwaited(): boolean
}

/**
 * Each event is made when there is room for it: a reader who takes none costs what stands in the buffers of the connection.
 * Nothing begins before the first is asked for, as it never is by HEAD.
 *
 * @param events  must not throw
 * @param end     lets `events` come to its end, whatever it waits for
 */
export function eventStream(events: AsyncGenerator<string>, end: () => void): EventStream {
  let isAwaited = false
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(to) {
        isAwaited = true
        const { done, value } = await events.next()
        isAwaited = false
        if (done) to.close()
        else to.enqueue(encoder.encode(value))
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  )
  return { body, isAwaited: () => isAwaited }
}

/** Between who says that something is to be done and the one who does it. What is said meanwhile is said once. */
export interface Call {
  /** @returns when it was done; at once where nobody listens yet: it is remembered */
  raise(): Promise<void>
  /** @returns whether it was called within `ms`; at once when it has ended */
  heard(ms: number): Promise<boolean>
  /** It was done. */
  answer(): void
  /** Waits, whatever is called, unless it ends. */
  rest(ms: number): Promise<void>
  /** Nobody is to wait any more. */
  end(): void
  isEnded(): boolean
}

export function createCall(): Call {
  let isRaised = false
  let isListening = false
  let isEnded = false
  let stopWaiting: (() => void) | undefined
  let answered: (() => void) | undefined

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, isEnded ? 0 : ms)
      stopWaiting = done
      function done(): void {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    raise() {
      isRaised = true
      if (!isListening) return Promise.resolve()
      isListening = false
      stopWaiting?.()
      return new Promise((resolve) => {
        answered = resolve
      })
    },
    async heard(ms) {
      if (!isRaised && !isEnded) {
        isListening = true
        await wait(ms)
        isListening = false
      }
      const wasRaised = isRaised
      isRaised = false
      return wasRaised
    },
    answer() {
      answered?.()
      answered = undefined
    },
    rest: wait,
    end() {
      isEnded = true
      stopWaiting?.()
    },
    isEnded: () => isEnded,
  }
}
