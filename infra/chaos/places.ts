import type { Random } from '../../models/linalg/random.ts'
import { SERVICE_NAMES, type ServiceName } from '../services/start.ts'
import { BOUNDARIES, isBoundary, PLAYERS, type Player } from './boundaries.ts'

/** A kill: who, and when. */
export interface Place {
  readonly name: string
  /** `everything`: the one process of embedded stores. */
  readonly of: Player | ServiceName | 'everything'
  /** For `deathAt`; undefined: it is killed from outside. */
  readonly diesAt?: string
  /** How long after its start it is killed from outside, in ms. */
  readonly afterMs: number
}

const LONGEST_MOMENT_MS = 4_000
/** An import is over soon. */
const LONGEST_IMPORT_MS = 1_500

const anyMomentOf = (who: string): string => `${who}: at any moment`

/** The boundaries of each role, and of an import. */
export const PLAYER_DECKS = PLAYERS.map((player) =>
  Object.keys(BOUNDARIES).filter((name) => isBoundary(name) && BOUNDARIES[name].of === player),
)
export const ANY_MOMENT = anyMomentOf('everything')
/** One after the other kills the one process, which is all roles, or an import into its folder. */
export const EMBEDDED_DECK = [...PLAYER_DECKS.flat(), ANY_MOMENT, ANY_MOMENT, anyMomentOf('import')]
/** Of each of these one in every round. */
export const SERVICES_DECKS = [
  ...PLAYERS.map((player, i) => [...(PLAYER_DECKS[i] ?? []), anyMomentOf(player)]),
  SERVICE_NAMES.map(anyMomentOf),
]

/** Deals the names in a drawn order, each once before any comes again; how a kill goes is drawn anew every time. */
export function dealFrom(names: readonly string[], random: Random): () => Place {
  let left: string[] = []
  return () => {
    if (left.length === 0) left = [...names]
    const [name = ''] = left.splice(Math.floor(random() * left.length), 1)
    return drawn(name, random)
  }
}

/** The same place once more, with other draws. */
export function drawn(name: string, random: Random): Place {
  if (isBoundary(name)) {
    const { of, passings } = BOUNDARIES[name]
    return { name, of, diesAt: `${1 + Math.floor(random() * passings)} ${name}`, afterMs: 0 }
  }
  const of = name.split(':')[0] as Place['of']
  return { name, of, afterMs: random() * (of === 'import' ? LONGEST_IMPORT_MS : LONGEST_MOMENT_MS) }
}
