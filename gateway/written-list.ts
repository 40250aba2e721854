import { hash } from 'node:crypto'
import type { Strategy } from './engine/request.ts'

/** A list, as far as writing it goes. */
export interface Writable {
  readonly recommendationId: string
  readonly nextPage?: string | undefined
  /** What is told of this answer alone. */
  readonly freshness?: unknown
  readonly strategy: Strategy
  readonly items: readonly unknown[]
  readonly isStale?: boolean | undefined
}

/** A list as it is sent. It is written once, however often it is sent: that takes longer than to look it up. */
export interface WrittenList {
  readonly strategy: Strategy
  /** The user state did not answer when it was made: it may soon be another one. */
  readonly isStale: boolean
  /** Of the list itself, weak: the same in every process that makes the same list. */
  readonly tag: string
  /** Characters, about. */
  readonly length: number
  /** JSON. Every answer has an id of its own. */
  withId(recommendationId: string): string
}

/** Of two answers with the same list the tags are the same: they differ in what each is called, and in what is told beside the list. */
export function writeList<L extends Writable>({ recommendationId: _, nextPage, freshness, ...list }: L): WrittenList {
  const text = JSON.stringify(list)
  const beside = JSON.stringify({ nextPage, freshness })
  const rest = beside === '{}' ? text.slice(1) : `${text.slice(1, -1)},${beside.slice(1)}`
  return {
    strategy: list.strategy,
    isStale: list.isStale ?? false,
    // Weak, since the bytes are not the same.
    tag: `W/"${hash('sha1', text, 'base64url')}"`,
    length: rest.length,
    withId: (recommendationId) => `{"recommendationId":${JSON.stringify(recommendationId)},${rest}`,
  }
}

/** Whether `If-None-Match` names the tag, compared weakly (RFC 9110, 13.1.2). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  const opaque = etag.replace(/^W\//, '')
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === opaque)
}
