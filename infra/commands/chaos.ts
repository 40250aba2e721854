import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedWorld } from '../chaos/embedded.ts'
import { embeddedRounds, runChaos, servicesRounds } from '../chaos/run.ts'
import { servicesWorld } from '../chaos/services.ts'
import { readConfig } from '../config/read.ts'
import { ConfigError } from '../errors.ts'

const FLAGS = { seed: 'string', rounds: 'string', services: 'boolean' } as const
const KILLS_A_ROUND = 5

/**
 * `npm run chaos -- --seed N --rounds N [--services]`: kill tests, in a folder that goes with them unless a fault was found.
 * @returns 0 when nothing was lost, doubled or otherwise wrong, 1 when something was
 */
export async function chaos(args: readonly string[]): Promise<number> {
  const { words, flags } = readConfig(args, process.env, FLAGS)
  if (words.length > 0) throw new ConfigError(`chaos: expected only flags, not '${words.join(' ')}'`)
  const seed = wholeIn('seed', flags.seed)
  const rounds = wholeIn('rounds', flags.rounds)
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-chaos-'))
  const { faults, inWords } = await runChaos(
    {
      ...{ folder, seed, report: console.error },
      rounds: flags.services ? servicesRounds(seed, rounds) : embeddedRounds(seed, rounds, KILLS_A_ROUND),
    },
    flags.services ? servicesWorld : embeddedWorld,
  )
  console.log(inWords())
  if (faults.length > 0) return 1
  await rm(folder, { recursive: true })
  return 0
}

function wholeIn(flag: string, text: string | boolean | undefined): number {
  if (/^[1-9]\d{0,8}$/.test(String(text))) return Number(text)
  throw new ConfigError(
    `--${flag}: expected a whole number of at least 1${text === undefined ? '' : `, not '${text}'`}`,
  )
}
