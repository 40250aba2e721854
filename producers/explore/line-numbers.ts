export interface LinePlace {
  readonly file: string
  readonly line: number
}

/**
 * Where the n-th taken record stands in its file. Kept are only the places at which records stop following line by line: files
 * without bad lines cost one entry.
 */
export function createLineNumbers() {
  const starts: { readonly record: number; readonly file: string; readonly line: number }[] = []
  let records = 0
  return {
    /** To be told of every taken record, in order. */
    add(file: string, line: number): void {
      const last = starts.at(-1)
      const follows = last !== undefined && last.file === file && line - last.line === records - last.record
      if (!follows) starts.push({ record: records, file, line })
      records += 1
    },
    /** @param record counted from 0 */
    of(record: number): LinePlace {
      let low = 0
      for (let high = starts.length - 1; low < high; ) {
        const middle = (low + high + 1) >> 1
        if ((starts[middle] as { record: number }).record <= record) low = middle
        else high = middle - 1
      }
      const start = starts[low]
      if (start === undefined) throw new RangeError(`no record ${record}`)
      return { file: start.file, line: start.line + record - start.record }
    },
  }
}
