import type { RankedItems } from '../../models/ranking/ranked-list.ts'
import type { Catalogue } from '../catalogue.ts'
import { knownTo } from './known-items.ts'
import type { Profile, Profiles } from './profiles.ts'
import type { Rankings } from './rankings.ts'
import type { Asker, Selection } from './request.ts'
import { rescoringOf } from './rescoring.ts'
import type { ServedGeneration, Serving } from './serving.ts'
import type { Rules } from './sources.ts'
import { type Person, withRatings } from './tastes.ts'

/** What is asked, and what there is to answer with. */
export interface Situation {
  readonly served: ServedGeneration | undefined
  readonly people: readonly Person[]
  readonly asker: Asker
  readonly selection: Selection
  readonly catalogue: Catalogue
  readonly rankings: Rankings
  /** What is described and was never rated. */
  readonly unrated: () => Promise<RankedItems>
  /** The user state did not answer: of those who ask is known what it last said, or nothing. */
  readonly isStale: boolean
  /** Item ids that were named and that nobody knows, or that were to be pinned and are hidden. */
  readonly ignored: readonly string[]
  /** Of a group: of whom nothing is known. */
  readonly unknownUserIds: readonly string[]
}

interface Parts {
  readonly profiles: Profiles
  readonly serving: Serving
  readonly catalogue: Catalogue
  readonly rankings: Rankings
  readonly unrated: () => Promise<RankedItems>
}

const NOBODY: Person = { record: undefined, history: new Map() }

const personOf = ({ record }: Profile): Person => ({ record, history: record?.history ?? NOBODY.history })

/** Finds out what a request is about. */
export function createSituations({ profiles, serving, catalogue, rankings, unrated }: Parts) {
  /** Somebody described or rated the item, and nobody deleted it. */
  function isKnown(itemId: string): boolean {
    if (catalogue.get(itemId)) return true
    if (catalogue.isHidden(itemId)) return false
    const isServed = serving.current()?.shelves.some(({ indexOf }) => indexOf.has(itemId))
    return isServed === true || rankings.statisticsOf(itemId) !== undefined
  }

  async function profilesOf({ userId }: Asker, members: readonly string[]): Promise<Profile[]> {
    if (members.length > 0) return profiles.readMany(members)
    return userId === undefined ? [] : [await profiles.read(userId)]
  }

  async function situationOf(asker: Asker, selection: Selection): Promise<Situation> {
    // Nobody is two of a group.
    const members = [...new Set(asker.userIds)]
    const found = await profilesOf(asker, members)
    const known = found.map(personOf)
    const people = asker.userIds ? known : [withRatings(known[0] ?? NOBODY, asker.ratings ?? [])]
    const { exclude = [], pin = [] } = selection
    const inLists = [...exclude, ...[...pin, ...(asker.ratings ?? [])].map(({ itemId }) => itemId)]
    const { contextItemId } = asker
    const named = contextItemId === undefined ? inLists : [...inLists, contextItemId]
    // A deleted item may have factors still: nobody is looking at it.
    const isAtHand = contextItemId !== undefined && isKnown(contextItemId)
    const isShown = (itemId: string): boolean => isKnown(itemId) && !catalogue.isHidden(itemId)
    const unseen = pin.filter(({ itemId }) => !isShown(itemId)).map(({ itemId }) => itemId)
    return {
      // One look, after the last wait: a generation that arrives while this is answered serves the next request.
      served: serving.current(),
      people,
      asker: { ...asker, contextItemId: isAtHand ? contextItemId : undefined },
      selection: { ...selection, pin: pin.filter(({ itemId }) => isShown(itemId)) },
      catalogue,
      rankings,
      unrated,
      isStale: found.some((profile) => profile.isStale),
      ignored: [...named.filter((itemId) => !isKnown(itemId)), ...unseen],
      // What is stale may be of somebody who is known by now.
      unknownUserIds: members.filter((_, n) => !found[n]?.record && !found[n]?.isStale),
    }
  }

  return { isKnown, situationOf }
}

/** What may not be listed, and what changes scores. */
export function rulesOf({ people, asker, selection, catalogue }: Situation): Rules {
  const { filter, exclude = [], pin = [], includeKnown = false } = selection
  const atHand = asker.contextItemId === undefined ? [] : [asker.contextItemId]
  const hide = [...exclude, ...pin.map(({ itemId }) => itemId), ...atHand]
  const known = includeKnown ? [] : people.map(({ history }) => knownTo(history))
  return { filter, hide, known, rescoring: rescoringOf(selection, catalogue, Date.now()) }
}
