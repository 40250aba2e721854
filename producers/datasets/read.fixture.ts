import type { Chunk, Line } from './dataset.ts'

export async function chunksOf<T>(chunks: AsyncIterable<Chunk<T>>): Promise<Chunk<T>[]> {
  const read: Chunk<T>[] = []
  for await (const chunk of chunks) read.push(chunk)
  return read
}

export const linesOf = async <T>(chunks: AsyncIterable<Chunk<T>>): Promise<Line<T>[]> =>
  (await chunksOf(chunks)).flatMap((chunk) => chunk.lines)

export const valuesOf = <T>(lines: readonly Line<T>[]): T[] =>
  lines.flatMap(({ value }) => (value === undefined ? [] : [value]))

export const faultsOf = <T>(lines: readonly Line<T>[]): (readonly [number, string])[] =>
  lines.flatMap(({ line, fault }) => (fault === undefined ? [] : [[line, fault] as const]))
