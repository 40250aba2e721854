import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../models/linalg/random.ts'
import { openDataset } from '../../producers/datasets/open.ts'
import type { Fault } from './fault.ts'
import type { Place } from './places.ts'
import { deathOf, type Environment, endedBadly, KILLED, spawnMortal } from './process.ts'

/** Some appends. */
const USERS = 150
const RATINGS_A_USER = 80

const PAUSE_MS = 1_000

export interface Imported {
  /** Of the events of the file: they are all to be there. */
  readonly eventIds: readonly string[]
  readonly faults: readonly Fault[]
}

/**
 * An import of a file of its own that dies at the place, and then, as somebody would who saw it die, the same command again.
 * @param name     of the file: other events under another one
 * @param mayFail  whether something that it needs was away
 */
export async function importTwice(
  env: Environment,
  name: string,
  place: Place,
  random: Random,
  mayFail: () => boolean,
): Promise<Imported> {
  const path = join(`${env.DATA_DIR}`, `${name}.csv`)
  await writeFile(path, ratingsOf(name, random))
  const faults: Fault[] = []
  for (let isDead = false; ; await sleep(PAUSE_MS)) {
    const mortal = spawnMortal(['import', path], env, isDead ? {} : place)
    const how = await (isDead ? mortal.ended : deathOf(mortal, place))
    const isOver = how === 'exit code 0'
    // It may be over before its moment comes; and while a service is away it gives up and says so.
    if (isOver && (isDead || place.diesAt === undefined)) return { eventIds: await eventIdsOf(path), faults }
    if (how === KILLED) isDead = true
    else if (isOver || !mayFail()) faults.push(endedBadly(mortal, place.name, how))
    if (faults.length > 0) return { eventIds: [], faults }
  }
}

function ratingsOf(name: string, random: Random): string {
  const lines = ['userId,itemId,value,occurredAt']
  const below = (bound: number): number => Math.floor(random() * bound)
  for (let user = 0; user < USERS; user++)
    for (let n = 0; n < RATINGS_A_USER; n++)
      lines.push(`${name} ${user},film ${n},${0.5 + below(10) / 2},${Date.now() - 1 - below(1e9)}`)
  return `${lines.join('\n')}\n`
}

async function eventIdsOf(path: string): Promise<string[]> {
  const eventIds: string[] = []
  const dataset = await openDataset(path, Date.now())
  for await (const { lines } of dataset.ratings())
    for (const { value } of lines) if (value) eventIds.push(value.eventId)
  return eventIds
}
