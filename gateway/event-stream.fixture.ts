/** A list as a stream told of it. */
export interface ToldList {
  readonly id: string
  readonly answer: {
    readonly recommendationId: string
    readonly strategy: string
    readonly generation: string | null
    readonly items: readonly { readonly itemId: string; readonly score: number }[]
  }
}

export type Events = ReturnType<typeof eventsOf>

/** Server-sent events, read one by one: nothing is read ahead. */
export function eventsOf({ body }: Pick<Response, 'body'>) {
  if (!body) throw new Error('an answer without a body')
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''

  /** @returns undefined at the end */
  async function next(): Promise<string | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const event = text.slice(0, end)
        text = text.slice(end + 2)
        return event
      }
      const { done, value } = await reader.read()
      if (done) return undefined
      text += decoder.decode(value, { stream: true })
    }
  }

  return {
    next,
    /** Passes over what is no list. */
    async nextList(): Promise<ToldList> {
      for (;;) {
        const event = await next()
        if (event === undefined) throw new Error('the stream ended')
        const list = listIn(event)
        if (list) return list
      }
    },
    /** Goes away. */
    cancel: () => reader.cancel(),
  }
}

function listIn(event: string): ToldList | undefined {
  const [type, id, data] = event.split('\n')
  if (type !== 'event: list') return undefined
  return { id: id?.replace(/^id: /, '') ?? '', answer: JSON.parse(data?.replace(/^data: /, '') ?? '') }
}
