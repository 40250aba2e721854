import { hash } from 'node:crypto'
import type { Strategy } from './engine/request.ts'
import { type Listed, listedOf } from './served-log.ts'

/** An answer, as far as writing it goes. */
export interface Writable {
  readonly recommendationId?: string
  readonly nextPage?: string | undefined
  /** What is told of this answer alone. */
  readonly freshness?: unknown
  readonly isStale?: boolean | undefined
}

export interface WritableList extends Writable {
  readonly strategy: Strategy
  readonly items: readonly { readonly itemId: string }[]
  readonly generation: string | null
  readonly isStale?: boolean | undefined
}

/** An answer as it is sent. It is written once, however often it is sent: that takes longer than to look it up. */
export interface Written {
  /** The user state did not answer when it was made: it may soon be another one. */
  readonly isStale: boolean
  /** Of the answer itself, weak: the same in every process that makes the same answer. */
  readonly tag: string
  /** Characters, about. */
  readonly length: number
  /** JSON. Every answer has an id of its own, unless it is none that a rating can name. */
  withId(recommendationId: string | undefined): string
}

export interface WrittenList extends Written {
  readonly strategy: Strategy
  readonly listed: Listed
}

/**
 * Of two answers that tell the same the tags are the same: they differ in what each is called, and in what is told beside.
 * @param isHeld  `nextPage` leads into a list that is held for a while only: where it leads into another one, the tag is another
 */
export function write<A extends Writable>(
  { recommendationId: _, nextPage, freshness, ...answer }: A,
  isHeld = false,
): Written {
  const text = JSON.stringify(answer)
  const beside = JSON.stringify({ nextPage, freshness })
  const rest = beside === '{}' ? text.slice(1) : `${text.slice(1, -1)},${beside.slice(1)}`
  return {
    isStale: answer.isStale ?? false,
    // Weak, since the bytes are not the same.
    tag: `W/"${hash('sha1', isHeld ? `${text}${nextPage}` : text, 'base64url')}"`,
    length: rest.length,
    withId: (recommendationId) =>
      recommendationId === undefined ? `{${rest}` : `{"recommendationId":${JSON.stringify(recommendationId)},${rest}`,
  }
}

/** @param before  how many of the list stand before what is written */
export const writeList = <L extends WritableList>(list: L, before = 0): WrittenList => ({
  ...write(list),
  strategy: list.strategy,
  listed: listedOf(list, before),
})

/** Whether `If-None-Match` names the tag, compared weakly (RFC 9110, 13.1.2). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  const opaque = etag.replace(/^W\//, '')
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === opaque)
}
