import type { TrainingSet } from '../../models/evaluation/model.ts'
import type { Settings } from '../../models/evaluation/models.ts'
import type { Metric } from '../../models/evaluation/named-metrics.ts'
import type { Trial } from '../../models/evaluation/protocols/protocol.ts'
import { type Summary, summarise } from '../../models/evaluation/summary.ts'
import type { Crew } from '../../models/linalg/crew.ts'
import { ConfigError } from '../errors.ts'
import type { Entry } from './entries.ts'
import { measure, type Run } from './measure.ts'
import type { EvaluateOptions } from './options.ts'
import type { Experiment } from './protocols.ts'
import { search } from './search.ts'
import { tuned } from './tuned.ts'

/** One combination of a search: its figures on the validation parts, and how many seeds chose it. */
export interface Tried {
  readonly settings: Settings
  readonly metrics: Readonly<Record<string, Summary>>
  readonly chosenBy: number
}

/** What came of one model, over all seeds. */
export interface ModelResult {
  readonly model: string
  /** What every seed had. */
  readonly settings: Settings
  /** What each seed's search chose beside; empty where nothing was searched. */
  readonly chosen: readonly Settings[]
  readonly tried: readonly Tried[]
  readonly metrics: Readonly<Record<string, Summary>>
  /** Mean over the seeds, without searches. */
  readonly trainSeconds: number
}

export interface Results {
  readonly models: readonly ModelResult[]
  /** Of the first seed: users who were asked for, the catalogue, what models were fitted on, and the positives of that. */
  readonly users: number
  readonly items: number
  readonly ratings: number
  readonly positives: number
}

/** What one model did on one seed. */
interface Turn {
  readonly test: Run
  readonly chosen: Settings | undefined
  readonly tried: readonly Run[]
}

/**
 * Fits and measures every model on every seed.
 *
 * @param options `crew`: who trains
 * @param report  takes the progress in words
 * @throws ConfigError when there is nothing to measure, or a model cannot be fitted as asked
 */
export function evaluateModels(
  experiment: Pick<Experiment, 'trial'>,
  options: Pick<EvaluateOptions, 'entries' | 'metrics' | 'seeds' | 'config'> & { crew: Crew },
  report: (progress: string) => void,
): Results {
  const turns = new Map(options.entries.map((entry) => [entry, [] as Turn[]]))
  let size: Omit<Results, 'models'> | undefined
  for (let seed = 1; seed <= options.seeds; seed++) {
    const trial = experiment.trial(seed)
    for (const [entry, ofModel] of turns) {
      const turn = takeTurn(entry, trial, seed, options, (words) => report(`seed ${seed}, ${entry.model}: ${words}`))
      ofModel.push(turn)
      size ??= { users: turn.test.users, ...sizeOf(trial.training) }
    }
  }
  if (!size?.users)
    throw new ConfigError('evaluate: expected users with something to be trained on and to be tested on')
  return { ...size, models: [...turns].map(([entry, ofModel]) => resultOf(entry, ofModel, options.metrics)) }
}

function sizeOf({ itemCount, values, positiveFrom }: TrainingSet) {
  const positives = values.filter((value) => value >= positiveFrom).length
  return { items: itemCount, ratings: values.length, positives }
}

function takeTurn(
  { model, settings, grid, tune }: Entry,
  trial: Trial,
  seed: number,
  options: Pick<EvaluateOptions, 'metrics' | 'config'> & { crew: Crew },
  report: (progress: string) => void,
): Turn {
  const [metric] = options.metrics as [Metric]
  const run = (on: Trial, more: Settings, where: string): Run => {
    const made = measure(model, { ...settings, ...more }, on, seed, options)
    const figure = made.users > 0 ? `${metric.name} ${made.figures[metric.name]?.toFixed(4)}` : 'nobody to ask for'
    report(`${where}${inWords(more)}${figure}, fitted in ${made.trainSeconds.toFixed(1)} s`)
    return { ...made, settings: more }
  }
  if (tune.length > 0) {
    const found = tuned(model, settings, tune, trial.training, seed, options, report)
    return { test: run(trial, found, ''), chosen: found, tried: [] }
  }
  if (grid.length === 0) return { test: run(trial, {}, ''), chosen: undefined, tried: [] }
  const validation = trial.validation()
  const { best, tried } = search(grid, metric, (more) => run(validation, more, 'validation, '))
  return { test: run(trial, best, ''), chosen: best, tried }
}

function resultOf(
  { model, settings, grid, tune }: Entry,
  turns: readonly Turn[],
  metrics: readonly Metric[],
): ModelResult {
  const summaries = (runs: readonly Run[]): Record<string, Summary> =>
    Object.fromEntries(metrics.map(({ name }) => [name, summarise(runs.map(({ figures }) => figures[name] as number))]))
  const chosen = turns.map((turn) => turn.chosen).filter((one) => one !== undefined)
  return {
    model,
    settings: Object.fromEntries(Object.entries(settings).filter(([name]) => !tune.includes(name))),
    chosen,
    tried: grid.map((combination) => ({
      settings: combination,
      metrics: summaries(turns.flatMap(({ tried }) => tried.filter((run) => run.settings === combination))),
      chosenBy: chosen.filter((one) => one === combination).length,
    })),
    metrics: summaries(turns.map(({ test }) => test)),
    trainSeconds: summarise(turns.map(({ test }) => test.trainSeconds)).mean,
  }
}

const inWords = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value} `)
    .join('')
