import { randomUUID, hash as secureHash } from 'node:crypto'
import type { UserState } from '../infra/user-state/port.ts'
import { hash } from '../models/hash.ts'
import type { Profiles } from './engine/profiles.ts'
import { type HeldList, isStillTheirs, packed, unpacked } from './held-list.ts'
import { invalidRequest, Problem } from './problems.ts'

/** A list is held for so long. */
const HELD_MS = 600_000
/** Items of a list that can be paged through, those of the first page included. */
export const MAX_PAGED = 1_000
/** Longer ids are for no address: 8 KB of a whole request line is what proxies let through. */
export const MAX_ID_LENGTH = 4_096
/** Of the item ids that were shown, as they stand in an id of a next page: one in four billion is left out by mistake. */
const HASH_BYTES = 4

/** Of lists, and of no note. */
const LIST_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** What the id of a next page stands for. */
export type Next =
  /** The page after the first one: its list is held only once somebody asked for it, since few do. The query is as it came back. */
  | {
      readonly query: string
      isShown(itemId: string): boolean
      /** Where a list is noted that is held for who follows this id. */
      readonly note: string
      readonly held: Pick<Held, 'list' | 'listId'> | undefined
    }
  /** One after that. */
  | Held

interface Held {
  readonly list: HeldList
  readonly listId: string
  readonly position: number
  readonly limit: number
}

/**
 * Pages of a list that stays as it was made while the model, and what the user has rated, change. The first answer is not
 * stored: its `nextPage` carries what was asked and, as hashes, what was shown. Whoever follows it gets the rest of the list as
 * it is then, without what was shown; that rest is held in the user state, and all further pages are cut from it. Whoever
 * follows the same `nextPage` again gets the same list, as long as it is held.
 */
export function createPages(state: Pick<UserState, 'putPage' | 'page'>, profiles: Pick<Profiles, 'read'>) {
  /** @returns undefined: never held, no longer, or not that of who has the id now */
  async function heldFor(userId: string, listId: string): Promise<HeldList | undefined> {
    const json = await state.page(listId)
    const list = json === undefined ? undefined : unpacked(json)
    if (list?.userId !== userId) return undefined
    const { record } = await profiles.read(userId)
    return isStillTheirs(list, record) ? list : undefined
  }

  async function noted(userId: string, note: string): Promise<Pick<Held, 'list' | 'listId'> | undefined> {
    const listId = await state.page(note)
    const list = listId === undefined ? undefined : await heldFor(userId, listId)
    return list && listId !== undefined ? { list, listId } : undefined
  }

  return {
    /** The id of the page after a first answer. @param query  as it was given: to be read again when it comes back */
    afterFirst(userId: string, query: string, shown: readonly { readonly itemId: string }[]): string {
      const hashes = Buffer.alloc(shown.length * HASH_BYTES)
      shown.forEach(({ itemId }, n) => void hashes.writeUInt32LE(hash(itemId), n * HASH_BYTES))
      // The time tells answers apart: what is held for one is not for who asked anew.
      return toId(['first', Date.now(), userId, query, hashes.toString('base64url')])
    },

    /**
     * Holds the rest of a list, for who follows it: two who follow the same id at once may have made different ones, and each goes
     * on with their own.
     *
     * @param note  who follows the same id later gets this list
     * @returns     its id
     */
    async hold(list: HeldList, note?: string): Promise<string> {
      const listId = randomUUID()
      await state.putPage(listId, packed(list), HELD_MS)
      if (note !== undefined) await state.putPage(note, listId, HELD_MS)
      return listId
    },

    /** The id of the page of a held list that begins at `position`. */
    further: (listId: string, position: number, limit: number): string => toId(['held', listId, position, limit]),

    /** @throws Problem for an id that is none, or whose list is gone */
    async find(userId: string, id: string): Promise<Next> {
      const parts = fromId(id)
      if (parts?.[0] === 'first') {
        const [, , forUser, query, hashes] = parts
        if (forUser !== userId || typeof query !== 'string' || typeof hashes !== 'string') throw notAPage()
        const note = secureHash('sha256', id, 'base64url')
        return { query, isShown: among(Buffer.from(hashes, 'base64url')), note, held: await noted(userId, note) }
      }
      if (parts?.[0] !== 'held') throw notAPage()
      const [, listId, position, limit] = parts
      const isFrom = (least: number, n: unknown): boolean =>
        Number.isInteger(n) && Number(n) >= least && Number(n) <= MAX_PAGED
      // Pages of nothing would go on for ever.
      const isPart = isFrom(0, position) && isFrom(1, limit)
      if (typeof listId !== 'string' || !LIST_ID.test(listId) || !isPart) throw notAPage()
      const list = await heldFor(userId, listId)
      if (!list) throw gone()
      return { list, listId, position: Number(position), limit: Number(limit) }
    },
  }
}

const toId = (parts: readonly unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url')

function fromId(id: string): unknown[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(id, 'base64url').toString())
    return Array.isArray(parts) ? parts : undefined
  } catch {
    return undefined
  }
}

function among(hashes: Buffer): (itemId: string) => boolean {
  const shown = new Set<number>()
  for (let at = 0; at + HASH_BYTES <= hashes.length; at += HASH_BYTES) shown.add(hashes.readUInt32LE(at))
  return (itemId) => shown.has(hash(itemId))
}

export const notAPage = (): Problem =>
  invalidRequest([{ path: 'page', message: 'Expected the `nextPage` of an answer to this user' }])

const gone = (): Problem =>
  new Problem(
    'gone',
    'From its second page on a list can be paged through for ten minutes. Ask for it anew, without `page`.',
  )
