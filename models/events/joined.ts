/** Texts as one text, joined by `|`; a `|` or `\` inside stands behind a `\`. No texts are the empty text. */
export function escapedJoin(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/[\\|]/g, '\\$&')).join('|')
}

/** The texts that were joined. An empty one cannot stand alone: `''` is none. */
export function escapedSplit(joined: string): string[] {
  if (joined === '') return []
  return (joined.match(/(?:^|\|)(?:\\.|[^\\|])*/gs) ?? []).map((part, i) =>
    (i > 0 ? part.slice(1) : part).replace(/\\(.)/gs, '$1'),
  )
}
