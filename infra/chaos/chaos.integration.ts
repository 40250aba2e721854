import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { seededRandom } from '../../models/linalg/random.ts'
import { messageOf } from '../errors.ts'
import { embeddedWorld } from './embedded.ts'
import { ANY_MOMENT, dealFrom, drawn, PLAYER_DECKS, type Place } from './places.ts'
import { runChaos, servicesRounds } from './run.ts'
import { servicesWorld } from './services.ts'
import type { World } from './world.ts'

const SEED = Number(process.env.CHAOS_SEED ?? 1)
const TIMEOUT_MS = 300_000

/** One round. @returns everything that is wrong, how many were killed, and whether anything was acknowledged */
async function play(places: readonly Place[], found: (folder: string) => Promise<World>) {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-chaos-'))
  const { faults, all } = await runChaos({ folder, seed: SEED, rounds: [places], report: () => {} }, found)
  if (faults.length === 0) await rm(folder, { recursive: true })
  return { faults, kills: all.kills, lost: all.lost, doubled: all.doubled, isLoaded: all.events > 1_000 }
}

const sound = (kills: number) => ({ faults: [], kills, lost: 0, doubled: 0, isLoaded: true })

it('one process on embedded stores loses and doubles nothing, wherever it is killed', {
  timeout: TIMEOUT_MS,
}, async () => {
  const random = seededRandom(SEED)
  const places = [...PLAYER_DECKS.map((deck) => dealFrom(deck, random)()), drawn(ANY_MOMENT, random)]
  expect(await play(places, embeddedWorld)).toEqual(sound(places.length))
})

it('four processes on services lose and double nothing, whichever of them, and of the services, is killed', {
  timeout: TIMEOUT_MS,
}, async ({ skip }) => {
  const [places = []] = servicesRounds(SEED, 1)
  const found = async (folder: string): Promise<World> =>
    servicesWorld(folder).catch((error) => {
      // In a container they could not be killed and keep their data.
      if (process.env.REQUIRE_SERVICES === '1') throw error
      return skip(messageOf(error))
    })
  expect(await play(places, found)).toEqual(sound(places.length))
})
