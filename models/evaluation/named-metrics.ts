import { coverage, gini, novelty } from './catalogue-metrics.ts'
import {
  auc,
  averagePrecision,
  type Hits,
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
  /** As deep as the deepest metric looks; undefined: the user has no relevant item, and is not ranked for. */
  readonly hits: Hits | undefined
  /** In the whole ranking, where a metric looks at it all. */
  readonly standing?: Standing | undefined
  /** The best candidates, as many as the deepest metric looks at that does not look at all. */
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
  /** How far down the ranking it looks: K; Infinity, at all of it; 0, at none of it. */
  readonly depth: number
  readonly needsEstimates: boolean
  /** It looks at what is recommended to all users together, out of one catalogue. */
  readonly ofCatalogue: boolean
  /** Which of two figures is better: 1, the greater; −1, the smaller. */
  readonly better: 1 | -1
  start(fitted: Fitted): Meter
}

const AT_K = { recall, 'recall-min': recallMin, ndcg, hr: hitRate, map: averagePrecision, precision }
const OF_ALL = {
  mrr: ({ hits }: Answer) => hits && reciprocalRank(hits),
  auc: ({ standing }: Answer) => standing && auc(standing),
}
const OF_LISTS = { coverage: recommendedMeter(coverage), novelty: noveltyMeter, gini: recommendedMeter(gini) }

/** How the names of metrics look, for whoever wrote another one. */
export const METRIC_NAMES = [...Object.keys({ ...AT_K, ...OF_LISTS }).map((name) => `${name}@K`), 'mrr', 'auc', 'rmse']

/** @returns undefined for a name that is none of `METRIC_NAMES` */
export function metricOf(name: string): Metric | undefined {
  const [, kind = '', digits] = /^([a-z-]+)(?:@([1-9]\d*))?$/.exec(name) ?? []
  const common = { name, needsEstimates: false, ofCatalogue: false, better: 1 } as const
  if (digits === undefined) {
    if (kind === 'rmse') return { ...common, depth: 0, needsEstimates: true, better: -1, start: rmseMeter }
    const of = own(OF_ALL, kind)
    return of && { ...common, depth: Infinity, start: () => meanMeter(of) }
  }
  const k = Number(digits)
  const of = own(AT_K, kind)
  if (of) return { ...common, depth: k, start: () => meanMeter(({ hits }) => hits && of(hits, k)) }
  const meter = own(OF_LISTS, kind)
  const better = kind === 'gini' ? -1 : 1
  return meter && { ...common, depth: k, ofCatalogue: true, better, start: (fitted) => meter(fitted, k) }
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
