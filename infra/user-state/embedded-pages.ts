import type { RootDatabase } from 'lmdb'

/** Removed with each page that is put: more than one, so that they become fewer, and few, so that it takes no time. */
const EXPIRED_A_PUT = 8
/** A key of lmdb takes 1,978 bytes; a longer one throws. Nobody puts a page under such an id, but a client may ask for it. */
const LONGEST_ID = 500

const [PAGES, ENDS] = ['pages', 'page-ends'] as const
export const PAGE_DATABASES: readonly string[] = [PAGES, ENDS]

interface Page {
  readonly json: string
  readonly expiresAt: number
}

/** Pages with an end, in two databases: by id, and by the time they end. Times are ms since 1970. */
export function openPages(root: RootDatabase) {
  const pages = root.openDB<Page, string>(PAGES, {})
  const ends = root.openDB<true, [expiresAt: number, id: string]>(ENDS, {})

  function remove(id: string): void {
    const standing = pages.get(id)
    if (!standing) return
    pages.remove(id)
    ends.remove([standing.expiresAt, id])
  }

  return {
    /** To be called inside a transaction. */
    put(id: string, json: string, now: number, ttlMs: number): void {
      for (const { key } of [...ends.getRange({ end: [now], limit: EXPIRED_A_PUT })]) remove(key[1])
      remove(id)
      const expiresAt = now + ttlMs
      pages.put(id, { json, expiresAt })
      ends.put([expiresAt, id], true)
    },
    get(id: string, now: number): string | undefined {
      const page = id.length <= LONGEST_ID ? pages.get(id) : undefined
      return page && page.expiresAt > now ? page.json : undefined
    },
  }
}
