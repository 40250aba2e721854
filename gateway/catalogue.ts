import { messageOf } from '../infra/errors.ts'
import type { EventLog, LogRecord, Position } from '../infra/event-log/port.ts'
import type { Logger } from '../infra/logging.ts'
import { decodeEvent } from '../models/events/codec.ts'
import type { Item } from '../models/events/types.ts'

export interface ItemQuery {
  /** Beginning of the title, or of one of its words. */
  readonly query?: string | undefined
  readonly genre?: string | undefined
  readonly skip: number
  readonly limit: number
}

/** Every item, in memory, as topic `items` tells them. */
export interface Catalogue {
  /** undefined: unknown, or deleted. */
  get(itemId: string): Item | undefined
  /** Deleted, or not available: never to be recommended. An item that nobody described is not hidden. */
  isHidden(itemId: string): boolean
  /** Whatever the case of the letters. */
  hasGenre(itemId: string, genre: string): boolean
  /** Those that `isHidden` is true of. */
  hidden(): Iterable<string>
  /** Those that `hasGenre` is true of. */
  ofGenre(genre: string): Iterable<string>
  /** The listener hears of every item whose record is taken in from now on, and must not throw. @returns stops listening */
  onChange(listener: (itemId: string) => void): () => void
  /** Available items, those whose title begins with the query first, then by title. */
  search(query: ItemQuery): Item[]
  /** @returns whether the record at `position` was delivered in time */
  reached(position: Position, waitMs: number): Promise<boolean>
  /** Resolves once what stood on the log at the start was read. */
  readonly caughtUp: Promise<void>
  close(): Promise<void>
}

interface Entry {
  readonly item: Item
  /** What searches compare with. */
  readonly title: string
  readonly genres: ReadonlySet<string>
}

/**
 * Follows topic `items` from its start.
 * @throws UnavailableError when the log does not answer
 */
export async function followCatalogue(log: EventLog, logger: Logger): Promise<Catalogue> {
  /** null: deleted. */
  const entries = new Map<string, Entry | null>()
  const seen = new Map<number, number>()
  const waiting = new Set<() => void>()
  const listeners = new Set<(itemId: string) => void>()
  const hidden = new Set<string>()
  const byGenre = new Map<string, Set<string>>()

  function deliver(records: readonly LogRecord[]): void {
    for (const record of records) {
      apply(record)
      seen.set(record.partition, record.offset)
    }
    for (const check of waiting) check()
  }

  function put(itemId: string, entry: Entry | null): void {
    for (const genre of entries.get(itemId)?.genres ?? []) byGenre.get(genre)?.delete(itemId)
    entries.set(itemId, entry)
    for (const genre of entry?.genres ?? []) {
      const items = byGenre.get(genre)
      if (items) items.add(itemId)
      else byGenre.set(genre, new Set([itemId]))
    }
    if (entry?.item.available) hidden.delete(itemId)
    else hidden.add(itemId)
    for (const listener of listeners) listener(itemId)
  }

  function apply({ key, value, partition, offset }: LogRecord): void {
    if (value === null) {
      put(key, null)
      return
    }
    try {
      const event = decodeEvent(value)
      if (event.type === 'item') put(key, entryOf(event))
      else logger.warn({ partition, offset, type: event.type }, 'not an item; passed over')
    } catch (error) {
      logger.warn({ partition, offset, reason: messageOf(error) }, 'an item that does not decode; passed over')
    }
  }

  const tail = await log.tail('items', deliver)

  return {
    get: (itemId) => entries.get(itemId)?.item,
    isHidden: (itemId) => hidden.has(itemId),
    hasGenre: (itemId, genre) => entries.get(itemId)?.genres.has(folded(genre)) ?? false,
    hidden: () => hidden,
    ofGenre: (genre) => byGenre.get(folded(genre)) ?? [],
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    search: (query) => search(entries.values(), query),
    reached({ partition, offset }, waitMs) {
      const isThere = (): boolean => (seen.get(partition) ?? -1) >= offset
      if (isThere()) return Promise.resolve(true)
      return new Promise((resolve) => {
        const settle = (there: boolean): void => {
          clearTimeout(timer)
          waiting.delete(check)
          resolve(there)
        }
        const check = (): void => {
          if (isThere()) settle(true)
        }
        const timer = setTimeout(() => settle(false), waitMs)
        waiting.add(check)
      })
    },
    caughtUp: tail.caughtUp,
    close: () => tail.close(),
  }
}

function entryOf(item: Item): Entry {
  return { item, title: folded(item.title), genres: new Set(item.genres.map(folded)) }
}

/** Without case and accents: "Amélie" is found by "amelie". */
function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

function search(entries: Iterable<Entry | null>, { query, genre, skip, limit }: ItemQuery): Item[] {
  const wanted = query === undefined ? '' : folded(query.trim())
  const wantedGenre = genre === undefined ? undefined : folded(genre)
  const found = [...entries].filter((entry): entry is Entry => {
    if (!entry?.item.available) return false
    if (wantedGenre !== undefined && !entry.genres.has(wantedGenre)) return false
    return startsAWord(entry.title, wanted)
  })
  const rank = (entry: Entry): number => (entry.title.startsWith(wanted) ? 0 : 1)
  return found
    .sort((x, y) => rank(x) - rank(y) || compare(x.title, y.title) || compare(x.item.itemId, y.item.itemId))
    .slice(skip, skip + limit)
    .map((entry) => entry.item)
}

function startsAWord(title: string, wanted: string): boolean {
  for (let at = title.indexOf(wanted); at >= 0; at = title.indexOf(wanted, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(title[at - 1] as string)) return true
  }
  return false
}

const compare = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0)
