import { hash } from 'node:crypto'
import type { Strategy } from './engine/request.ts'

/** A list, as far as writing it goes. */
export interface Writable {
  readonly recommendationId: string
  readonly nextPage?: string | undefined
  readonly strategy: Strategy
  readonly items: readonly unknown[]
}

/** A list as it is sent. It is written once, however often it is sent: that takes longer than to look it up. */
export interface WrittenList {
  readonly strategy: Strategy
  /** Of the list itself: the same in every process that makes the same list. */
  readonly etag: string
  /** Characters, about. */
  readonly length: number
  /** JSON. Every answer has an id of its own. */
  withId(recommendationId: string): string
}

/** Of two answers with the same list the tags are the same: they differ in what each is called, and in the id of their next page. */
export function writeList<L extends Writable>({ recommendationId: _, nextPage, ...list }: L): WrittenList {
  const text = JSON.stringify(list)
  const rest = nextPage === undefined ? text.slice(1) : `${text.slice(1, -1)},"nextPage":${JSON.stringify(nextPage)}}`
  return {
    strategy: list.strategy,
    // Weak, since the bytes are not the same.
    etag: `W/"${hash('sha1', text, 'base64url')}"`,
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
