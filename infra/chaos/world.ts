import type { Random } from '../../models/linalg/random.ts'
import type { Fault } from './fault.ts'
import type { Place } from './places.ts'
import type { Environment } from './process.ts'

/** A system under load that is killed and comes back. */
export interface World {
  /** Of its gateway. */
  readonly url: string
  /** Variables by which others reach its stores. */
  readonly env: Environment
  /** Kills at every one of the places, and has everything run again. @returns faults, and ids of events that were imported */
  play(places: readonly Place[], random: Random): Promise<{ readonly faults: Fault[]; readonly imported: string[] }>
  /** Ends the roles in order. @returns faults */
  stop(): Promise<Fault[]>
  /** Ends what else belongs to it. */
  close(): Promise<void>
}
