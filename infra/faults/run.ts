import { decodeEvent } from '../../models/events/codec.ts'
import { seededRandom } from '../../models/linalg/random.ts'
import { openKafkaLog } from '../event-log/kafka.ts'
import { readTopic } from '../event-log/read-topic.ts'
import type { LedgerReport } from '../ledger-report.ts'
import { runFoldstream } from '../services/foldstream.ts'
import type { ServiceName } from '../services/start.ts'
import type { Way } from './proxy.ts'
import { type Round, runRound } from './round.ts'
import { fill, startFaultySystem } from './system.ts'
import { ITEMS, USERS } from './writers.ts'

export interface Plan {
  readonly seed: number
  /** How long each of them fails. */
  readonly seconds: number
  readonly rounds: readonly { readonly service: ServiceName; readonly way: Way }[]
}

export interface Outcome {
  readonly acknowledged: number
  /** Acknowledged, and not on the log. */
  readonly lost: number
  /** Log and stores compared, when all is over. */
  readonly ledger: LedgerReport
}

/**
 * Lets one service after the other fail in one way after the other, beside reads and writes, and compares in the end what was
 * acknowledged with the log, and the log with the stores. Nothing is started again on the way.
 *
 * @param folder  where the services keep their data
 * @param report  hears of each round
 * @throws Error when a service does not start, or something does not recover
 */
export async function runFaults(
  folder: string,
  { seed, seconds, rounds }: Plan,
  report: (round: Round) => void,
): Promise<Outcome> {
  const random = seededRandom(seed)
  const system = await startFaultySystem(folder, random)
  try {
    await fill(system.gateway.url, { users: USERS, items: ITEMS })
    const acknowledged = new Set<string>()
    for (const { service, way } of rounds) {
      const round = await runRound(system, { service, way, seconds, random })
      for (const eventId of round.writes.acknowledged) acknowledged.add(eventId)
      report(round)
    }
    const lost = acknowledged.difference(await eventIdsOn(system.env.EVENT_LOG_URL as string)).size
    const verified = await runFoldstream(['verify', '--json'], system.env)
    const json = verified.output.split('\n').find((line) => line.startsWith('{'))
    if (json === undefined) throw new Error(`verify ended with exit code ${verified.code}:\n${verified.output}`)
    return { acknowledged: acknowledged.size, lost, ledger: JSON.parse(json) as LedgerReport }
  } catch (error) {
    throw new Error(
      `${error}\ngateway:\n${lastLines(system.gateway)}\nthe other roles:\n${lastLines(system.consumers)}`,
      {
        cause: error,
      },
    )
  } finally {
    await system.stop()
  }
}

async function eventIdsOn(url: string): Promise<Set<string>> {
  const found = new Set<string>()
  const log = await openKafkaLog(url, { min: 0.5, max: 5, positiveFrom: 4 })
  try {
    await readTopic(log, 'ratings', (records) => {
      for (const { value } of records) {
        const event = value && decodeEvent(value)
        if (event?.type === 'rating') found.add(event.eventId)
      }
    })
  } finally {
    await log.close()
  }
  return found
}

const lastLines = ({ output }: { output(): string }): string => output().trimEnd().split('\n').slice(-20).join('\n')
