import type { Item } from '../../models/events/types.ts'
import { type Chunk, type Line, START } from './dataset.ts'
import { readLines } from './lines.ts'
import type { SourceFile } from './source.ts'

/** Beside its films MovieLens has a file of their numbers elsewhere, with these columns first. */
export const LINKS = /^links\.csv$/i
const HEADER = /^movieId,imdbId,tmdbId\b/i
const ROW = /^([^,"]+),[^,"]*,(\d+)\s*$/

/** Items with their numbers at The Movie Database, as an attribute, which leads to posters. Where a number is wrong, there is none. */
export async function* withLinks(
  chunks: AsyncIterable<Chunk<Item>>,
  links: SourceFile | undefined,
): AsyncGenerator<Chunk<Item>> {
  const tmdbIds = links === undefined ? new Map<string, string>() : await readLinks(links)
  if (tmdbIds.size === 0) return yield* chunks
  const linked = (line: Line<Item>): Line<Item> => {
    if (line.value === undefined) return line
    const tmdbId = tmdbIds.get(line.value.itemId)
    return tmdbId === undefined ? line : { ...line, value: { ...line.value, attributes: { tmdbId } } }
  }
  for await (const chunk of chunks) yield { ...chunk, lines: chunk.lines.map(linked) }
}

async function readLinks(file: SourceFile): Promise<Map<string, string>> {
  const tmdbIds = new Map<string, string>()
  for await (const { lines } of readLines(file.open(0), START, false)) {
    if (lines[0]?.line === 1 && !HEADER.test(lines[0].text)) break
    for (const { text } of lines) {
      const [, itemId, tmdbId] = ROW.exec(text) ?? []
      if (itemId !== undefined && tmdbId !== undefined) tmdbIds.set(itemId, tmdbId)
    }
  }
  return tmdbIds
}
