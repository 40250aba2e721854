import { MODELS } from '../../models/evaluation/models.ts'
import { METRIC_NAMES, type Metric, metricOf } from '../../models/evaluation/named-metrics.ts'
import type { TestFrom } from '../../models/evaluation/protocols/temporal.ts'
import { readConfig } from '../config/read.ts'
import type { Config } from '../config/settings.ts'
import { ConfigError } from '../errors.ts'
import { type Entry, entriesOf } from './entries.ts'
import { FORMATS, type Format } from './interaction-files.ts'

export const PROTOCOLS = [
  'per-user-holdout',
  'leave-one-out',
  'strong-generalisation',
  'temporal',
  'prequential',
] as const
export type ProtocolName = (typeof PROTOCOLS)[number] | 'given'

const FLAGS = {
  protocol: 'string',
  train: 'string',
  test: 'string',
  format: 'string',
  candidates: 'string',
  models: 'string',
  metrics: 'string',
  seeds: 'string',
  set: 'list',
  grid: 'list',
  tune: 'boolean',
  from: 'string',
  fits: 'string',
  'positive-from': 'string',
  threads: 'string',
  json: 'boolean',
} as const

/** All that `npm run evaluate` was asked for, checked as far as it can be without the data. */
export interface EvaluateOptions {
  readonly config: Config
  readonly source:
    | { readonly dataset: string }
    | { readonly train: string; readonly test: string; readonly format: Format }
  readonly protocol: ProtocolName
  readonly candidates: string | undefined
  readonly from: TestFrom | undefined
  readonly fits: number
  /** undefined: as the dataset declares; of given files, everything is positive. */
  readonly positiveFrom: number | undefined
  readonly entries: readonly Entry[]
  readonly metrics: readonly Metric[]
  readonly seeds: number
  readonly threads: number
  readonly json: boolean
}

type Flags = Readonly<Record<string, string | boolean | undefined>>

/** @throws ConfigError that says what was expected */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): EvaluateOptions {
  const { config, flags, lists, words } = readConfig(args, env, FLAGS)
  if (words.length > 0) throw new ConfigError(`evaluate: expected only flags, not '${words.join(' ')}'`)
  const metrics = list(flags, 'metrics', 'ndcg@10,recall-min@20,ndcg@100').map(readMetric)
  const models = list(flags, 'models', 'popularity,item-knn,ease,als')
  for (const model of models) oneOf('models', model, Object.keys(MODELS))
  const options = {
    config,
    source: readSource(flags, config),
    protocol: readProtocol(flags),
    candidates: text(flags, 'candidates'),
    from: readFrom(text(flags, 'from')),
    fits: whole(flags, 'fits', 5),
    positiveFrom: readPositiveFrom(text(flags, 'positive-from')) ?? config.POSITIVE_FROM,
    entries: entriesOf(models, lists.set ?? [], lists.grid ?? [], flags.tune === true),
    metrics,
    seeds: whole(flags, 'seeds', 1),
    threads: whole(flags, 'threads', config.THREADS),
    json: flags.json === true,
  }
  checkTogether(options, flags)
  return options
}

function checkTogether({ protocol, candidates, metrics }: EvaluateOptions, flags: Flags): void {
  const refuse = (flag: string, only: string): never => {
    throw new ConfigError(`--${flag}: expected only with ${only}, not with ${protocol}`)
  }
  if (candidates !== undefined && protocol !== 'leave-one-out' && protocol !== 'given')
    refuse('candidates', '--protocol leave-one-out, or --train and --test')
  if (flags.from !== undefined && protocol !== 'temporal' && protocol !== 'prequential')
    refuse('from', '--protocol temporal or prequential')
  if (flags.fits !== undefined && protocol !== 'prequential') refuse('fits', '--protocol prequential')
  if (flags.format !== undefined && protocol !== 'given') refuse('format', '--train and --test')
  const listed = metrics.find(({ ofCatalogue }) => ofCatalogue)
  if (listed && protocol === 'prequential') refuse(`metrics ${listed.name}`, 'a catalogue that does not grow')
  if (metrics.some(({ needsEstimates }) => needsEstimates) && protocol === 'leave-one-out')
    refuse('metrics rmse', 'a protocol that holds out ratings below the threshold too')
}

function readSource(flags: Flags, { DATASET }: Config): EvaluateOptions['source'] {
  const [train, test] = [text(flags, 'train'), text(flags, 'test')]
  if (train !== undefined && test !== undefined && DATASET === undefined)
    return { train, test, format: oneOf('format', text(flags, 'format') ?? 'pairs', FORMATS) }
  if (train === undefined && test === undefined && DATASET !== undefined) return { dataset: DATASET }
  throw new ConfigError('evaluate: expected --dataset PATH|NAME, or --train FILE and --test FILE')
}

function readProtocol(flags: Flags): ProtocolName {
  if (flags.train === undefined) return oneOf('protocol', text(flags, 'protocol') ?? 'per-user-holdout', PROTOCOLS)
  if (flags.protocol === undefined) return 'given'
  throw new ConfigError('--protocol: expected only with --dataset; --train and --test are a protocol of their own')
}

function readMetric(name: string): Metric {
  const metric = metricOf(name)
  if (metric) return metric
  throw new ConfigError(`--metrics: expected some of ${METRIC_NAMES.join(', ')} (any K), not '${name}'`)
}

/** `90%` of the ratings, or a time. */
function readFrom(given: string | undefined): TestFrom | undefined {
  if (given === undefined) return undefined
  const share = /^\d+(\.\d+)?%$/.test(given) ? Number(given.slice(0, -1)) / 100 : Number.NaN
  if (share > 0 && share < 1) return { share }
  const time = /^\d{4}-\d\d-\d\d/.test(given) ? Date.parse(given) : Number.NaN
  if (!Number.isNaN(time)) return { time }
  throw new ConfigError(`--from: expected a share such as 90% or a time such as 2013-09-01, not '${given}'`)
}

function readPositiveFrom(given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  if (given.trim() !== '' && Number.isFinite(Number(given))) return Number(given)
  throw new ConfigError(`--positive-from: expected a number, not '${given}'`)
}

function text(flags: Flags, name: string): string | undefined {
  const given = flags[name]
  if (given === '') throw new ConfigError(`--${name}: expected a value`)
  return given as string | undefined
}

const list = (flags: Flags, name: string, preset: string): string[] => [
  ...new Set((text(flags, name) ?? preset).split(',').map((word) => word.trim())),
]

function whole(flags: Flags, name: string, preset: number): number {
  const given = text(flags, name) ?? `${preset}`
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given)
  throw new ConfigError(`--${name}: expected a whole number of at least 1, not '${given}'`)
}

function oneOf<T extends string>(flag: string, given: string, known: readonly T[]): T {
  const found = known.find((name) => name === given)
  if (found !== undefined) return found
  throw new ConfigError(`--${flag}: expected one of ${known.join(', ')}, not '${given}'`)
}
