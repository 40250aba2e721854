import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../config/read.ts'
import { count, counted } from '../counted.ts'
import { ConfigError } from '../errors.ts'
import { WAYS } from '../faults/proxy.ts'
import type { Round } from '../faults/round.ts'
import { runFaults } from '../faults/run.ts'
import { SERVICE_NAMES } from '../services/start.ts'

const DEFAULTS = { seed: '1', seconds: '10' }

/**
 * `npm run faults`: services of its own fail behind proxies, one after the other and in every way, beside reads and writes.
 * @returns 0 when nothing was lost or doubled, and at least 99.9 % of the reads of each round were answered 200
 */
export async function faults(args: readonly string[]): Promise<number> {
  const own = { seed: 'string', seconds: 'string', service: 'list', way: 'list', json: 'boolean' } as const
  const { words, flags, lists } = readConfig(args, process.env, own)
  if (words.length > 0) throw new ConfigError(`faults: expected only flags, not '${words.join(' ')}'`)
  const services = someOf('service', SERVICE_NAMES, lists.service)
  const ways = someOf('way', WAYS, lists.way)
  const plan = {
    seed: whole('seed', flags.seed),
    seconds: whole('seconds', flags.seconds),
    rounds: services.flatMap((service) => ways.map((way) => ({ service, way }))),
  }
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-faults-'))
  try {
    const rows: ReturnType<typeof inWords>[] = []
    let isGood = true
    const outcome = await runFaults(folder, plan, (round) => {
      const row = inWords(round)
      rows.push(row)
      isGood &&= round.reads.failed <= round.reads.asked / 1_000 && round.writes.other.length === 0
      for (const why of [round.reads.failure, ...round.writes.other]) if (why !== undefined) console.error(why)
      if (flags.json) console.log(JSON.stringify(row))
      else console.error(Object.values(row).join('  '))
    })
    if (flags.json) console.log(JSON.stringify(outcome))
    else console.table(rows)
    const { acknowledged, lost, ledger } = outcome
    const tell = flags.json ? console.error : console.log
    tell(
      `${counted(acknowledged, 'rating')} acknowledged, ${count(lost)} of them not on the log; log and stores compared: ${counted(ledger.faults, 'fault')}`,
    )
    for (const fault of ledger.told) tell(`  ${fault}`)
    return isGood && lost === 0 && ledger.faults === 0 ? 0 : 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function inWords({ service, way, reads, writes, degraded, recoverySeconds }: Round) {
  const took = reads.tookMs.toSorted((a, b) => a - b)
  const at = (share: number): number => Math.round(took[Math.ceil(share * took.length) - 1] ?? 0)
  return {
    service,
    way,
    reads: reads.asked,
    'not 200': reads.failed,
    'p50 ms': at(0.5),
    'p99 ms': at(0.99),
    'writes 202': writes.stored.count,
    'writes 503': writes.refused.count,
    'longest write ms': Math.round(Math.max(writes.stored.longestMs, writes.refused.longestMs)),
    'told degraded': degraded.join(', '),
    'well again after s': Number(recoverySeconds.toFixed(1)),
  }
}

function whole(name: keyof typeof DEFAULTS, value: unknown): number {
  const text = String(value ?? DEFAULTS[name])
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new ConfigError(`--${name}: expected a whole number of at least 1, not '${text}'`)
  return Number(text)
}

function someOf<T extends string>(name: string, known: readonly T[], asked: readonly string[] = []): readonly T[] {
  const unknown = asked.find((each) => !known.some((one) => one === each))
  if (unknown !== undefined) throw new ConfigError(`--${name}: expected ${known.join(', ')}, not '${unknown}'`)
  return asked.length > 0 ? known.filter((one) => asked.includes(one)) : known
}
