import { appendFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../models/linalg/random.ts'
import { counted } from '../counted.ts'
import { SERVICE_NAMES } from '../services/start.ts'
import { type Fault, sumOf } from './fault.ts'
import { untilSettled } from './gateway.ts'
import { type Acknowledged, startLoad } from './load.ts'
import type { Place } from './places.ts'
import { spawnMortal } from './process.ts'
import type { Stock } from './take-stock.ts'
import type { World } from './world.ts'

/** What comes back after the last kill does so under load. */
const LOAD_AFTER_MS = 2_000

/** What came of a round. */
export interface Outcome {
  /** Acknowledged in it. */
  readonly events: number
  readonly lost: number
  readonly doubled: number
  /** All of them in words. */
  readonly faults: readonly string[]
  /** Records on the log in the end. */
  readonly records: number
}

/**
 * Kills at the places while ratings come in, lets everything come to rest, stops it, and takes stock.
 * @param file  of all that this world has acknowledged, a JSON text a line: those of this round are added
 */
export async function playRound(
  world: World,
  places: readonly Place[],
  random: Random,
  file: string,
): Promise<Outcome> {
  const acknowledged: Acknowledged[] = []
  const load = startLoad(world.url, random, (some) => void acknowledged.push(...some))
  const { faults, imported } = await world
    .play(places, random)
    .finally(() => sleep(LOAD_AFTER_MS))
    .catch((error: unknown) => {
      load.abandon()
      throw error
    })
  acknowledged.push(...imported)
  await load.stop()
  const serviceDied = places.some(({ of }) => SERVICE_NAMES.some((name) => name === of))
  faults.push(...(await untilSettled(world.url, serviceDied)), ...(await world.stop()))
  await appendFile(file, acknowledged.map((one) => `${JSON.stringify(one)}\n`).join(''))
  return { events: acknowledged.length, ...(await takeStock(world, file, faults)) }
}

async function takeStock({ env }: World, file: string, faults: readonly Fault[]): Promise<Omit<Outcome, 'events'>> {
  const child = spawnMortal([file], env, { script: 'take-stock.ts' })
  const how = await child.ended
  if (how !== 'exit code 0') throw new Error(`stock could not be taken (${how}):\n${child.output()}`)
  const { lost, doubled, ledger } = JSON.parse(child.output().trimEnd().split('\n').at(-1) as string) as Stock
  const { rows, users, items, deadLetters, behind, records } = ledger
  const late = behind.clickhouse + behind.state
  const told = [
    ...(lost > 0 ? [`not in ClickHouse: ${counted(lost, 'acknowledged event')}`] : []),
    ...(doubled > 0 ? [`several times in ClickHouse: ${counted(doubled, 'acknowledged event')}`] : []),
    ...(late > 0 ? [`${counted(late, 'record')} had no effect when everything was at rest`] : []),
    ...ledger.told,
    ...(ledger.faults > ledger.told.length ? [`the ledger has ${counted(ledger.faults, 'fault')}`] : []),
  ]
  return {
    records,
    // Of ClickHouse the same events are counted in two ways.
    lost:
      Math.max(lost, rows.missing + items.missing + items.different) +
      users.missing +
      deadLetters.missing +
      sumOf(faults, 'lost'),
    doubled: Math.max(doubled, rows.doubled) + sumOf(faults, 'doubled'),
    faults: [...faults.map((fault) => fault.told), ...told],
  }
}
