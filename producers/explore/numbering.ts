/** Dense numbers for ids, in the order in which they are met. */
export interface Numbering {
  readonly ids: readonly string[]
  of(id: string): number
}

export function createNumbering(): Numbering {
  const numbers = new Map<string, number>()
  const ids: string[] = []
  return {
    ids,
    of(id) {
      const known = numbers.get(id)
      if (known !== undefined) return known
      const own = detached(id)
      numbers.set(own, ids.length)
      return ids.push(own) - 1
    },
  }
}

/** A copy. V8 keeps a piece of a text as a view of the whole, so one id of a block would keep the block in memory. */
export const detached = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le')
