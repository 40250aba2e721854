import { coverage, gini, novelty } from './catalogue-metrics.ts'
import {
  auc,
  averagePrecision,
  hitRate,
  ndcg,
  precision,
  recall,
  recallMin,
  reciprocalRank,
  type Standing,
} from './ranking-metrics.ts'

/** What a model answered for one user. */
export interface Answer {
  /** undefined: the user has no relevant item, and is not ranked for */
  readonly standing: Standing | undefined
  /** The best candidates, as many as the deepest metric asks for. */
  readonly list: readonly number[]
  /** Estimate less value of each test rating; empty where the model does not estimate. */
  readonly errors: readonly number[]
}

/** What a model was fitted on, as far as metrics ask. */
export interface Fitted {
  readonly users: number
  /** How many users have each item as a positive. */
  readonly owners: Int32Array
}

/** Gathers the answers of one model. */
interface Meter {
  add(answer: Answer): void
  /** NaN: there was nothing to measure. */
  value(): number
}

export interface Metric {
  readonly name: string
  /** How long a list it looks at: 0, none. */
  readonly depth: number
  readonly needsEstimates: boolean
  /** Which of two figures is better: 1, the greater; −1, the smaller. */
  readonly better: 1 | -1
  start(fitted: Fitted): Meter
}

const AT_K = { recall, 'recall-min': recallMin, ndcg, hr: hitRate, map: averagePrecision, precision }
const OF_ALL = { mrr: reciprocalRank, auc }
const OF_LISTS = { coverage: recommendedMeter(coverage), novelty: noveltyMeter, gini: recommendedMeter(gini) }

/** How the names of metrics look, for whoever wrote another one. */
export const METRIC_NAMES = [...Object.keys({ ...AT_K, ...OF_LISTS }).map((name) => `${name}@K`), 'mrr', 'auc', 'rmse']

/** @returns undefined for a name that is none of `METRIC_NAMES` */
export function metricOf(name: string): Metric | undefined {
  const [, kind = '', digits] = /^([a-z-]+)(?:@([1-9]\d*))?$/.exec(name) ?? []
  const common = { name, depth: 0, needsEstimates: false, better: 1 } as const
  if (digits === undefined) {
    if (kind === 'rmse') return { ...common, needsEstimates: true, better: -1, start: rmseMeter }
    const of = own(OF_ALL, kind)
    return of && { ...common, start: () => meanMeter(({ standing }) => standing && of(standing)) }
  }
  const k = Number(digits)
  const of = own(AT_K, kind)
  if (of) return { ...common, start: () => meanMeter(({ standing }) => standing && of(standing, k)) }
  const meter = own(OF_LISTS, kind)
  return meter && { ...common, depth: k, better: kind === 'gini' ? -1 : 1, start: (fitted) => meter(fitted, k) }
}

const own = <T>(of: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(of, key) ? of[key] : undefined

/** The mean over users; those of whom `of` says nothing do not count. */
function meanMeter(of: (answer: Answer) => number | undefined): Meter {
  let sum = 0
  let count = 0
  return {
    add(answer) {
      const figure = of(answer)
      if (figure === undefined) return
      sum += figure
      count++
    },
    value: () => sum / count,
  }
}

function noveltyMeter({ owners, users }: Fitted, k: number): Meter {
  return meanMeter(({ list }) => (list.length > 0 ? novelty(list.slice(0, k), owners, users) : undefined))
}

function recommendedMeter(of: (recommended: Int32Array) => number) {
  return ({ owners }: Fitted, k: number): Meter => {
    const recommended = new Int32Array(owners.length)
    return {
      add({ list }) {
        for (const item of list.slice(0, k)) (recommended[item] as number)++
      },
      value: () => of(recommended),
    }
  }
}

/** Over all test ratings, whoever gave them. */
function rmseMeter(): Meter {
  let sum = 0
  let count = 0
  return {
    add({ errors }) {
      for (const error of errors) sum += error * error
      count += errors.length
    },
    value: () => Math.sqrt(sum / count),
  }
}
