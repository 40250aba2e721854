import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Random, seededRandom } from '../../models/linalg/random.ts'
import { counted } from '../counted.ts'
import { dealFrom, drawn, EMBEDDED_DECK, type Place, SERVICES_DECKS } from './places.ts'
import { playRound } from './round.ts'
import { createTally, type Tally } from './tally.ts'
import type { World } from './world.ts'

/** A ledger of more takes longer than the kills. */
const MAX_RECORDS = 60_000

export interface Chaos {
  readonly folder: string
  readonly seed: number
  /** The kills of each round. */
  readonly rounds: Iterable<readonly Place[]>
  readonly report: (progress: string) => void
}

/** Rounds of kills at one place each. */
export function* embeddedRounds(seed: number, rounds: number, kills: number): Generator<Place[]> {
  const random = seededRandom(seed)
  const deal = dealFrom(EMBEDDED_DECK, random)
  for (let round = 0; round < rounds; round++) {
    const { name } = deal()
    yield Array.from({ length: kills }, () => drawn(name, random))
  }
}

/** Rounds that kill one of each role, an import and a service. */
export function* servicesRounds(seed: number, rounds: number): Generator<Place[]> {
  const random = seededRandom(seed)
  const deals = SERVICES_DECKS.map((deck) => dealFrom(deck, random))
  for (let round = 0; round < rounds; round++) yield deals.map((deal) => deal())
}

/**
 * Plays rounds. A world in which a fault was found, or that has grown large, is left for a new one.
 * @param found  makes a world in an empty folder
 */
export async function runChaos(
  { folder, seed, rounds, report }: Chaos,
  found: (folder: string) => Promise<World>,
): Promise<Tally> {
  const random: Random = seededRandom(seed)
  const tally = createTally()
  let n = 0
  let world: (World & { readonly folder: string }) | undefined
  const leave = async (): Promise<void> => {
    await world?.close()
    world = undefined
  }
  try {
    for (const places of rounds) {
      n++
      if (world === undefined) {
        const own = join(folder, `world-${n}`)
        await mkdir(own, { recursive: true })
        world = { ...(await found(own)), folder: own }
      }
      const outcome = await playRound(world, places, random, join(world.folder, 'acknowledged'))
      const kills = places.map(({ name }) => name)
      tally.add(kills, outcome)
      report(
        `round ${n}: ${[...new Set(kills)].join('; ')}: ${counted(kills.length, 'kill')}, ${counted(outcome.events, 'event')}, ${counted(outcome.faults.length, 'fault')}`,
      )
      for (const fault of outcome.faults) report(`  ${fault}`)
      const isSound = outcome.faults.length === 0
      if (isSound && outcome.records < MAX_RECORDS) continue
      const left = world.folder
      await leave()
      if (isSound) await rm(left, { recursive: true })
      else report(`  what is left of it: ${left}`)
    }
    return tally
  } finally {
    await leave()
  }
}
